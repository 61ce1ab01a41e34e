import { expect, test } from "bun:test";
import { driverSpecSchema } from "../../../../agent-sandbox/protocol/spec.ts";
import { modelSecrets } from "./model-secrets.ts";

const env = { ANTHROPIC_API_KEY: "a", OPENAI_API_KEY: "o", GEMINI_API_KEY: "", AWS_SECRET_ACCESS_KEY: "no" };
const given = (driver: object) => modelSecrets({ driver: driverSpecSchema.parse(driver) }, env);

test("an agent gets the key of its own model", () => {
  expect(given({ kind: "exec", preset: "claude" })).toEqual({ ANTHROPIC_API_KEY: "a" });
  expect(given({ kind: "exec", preset: "codex" })).toEqual({ OPENAI_API_KEY: "o" });
  expect(given({ kind: "exec", preset: "gemini" })).toEqual({});
  expect(given({ kind: "pty", command: ["/usr/bin/claude", "--continue"] })).toEqual({
    ANTHROPIC_API_KEY: "a",
  });
});

test("a script and an unknown command get none", () => {
  expect(given({ kind: "script" })).toEqual({});
  expect(given({ kind: "pty", command: ["bash"] })).toEqual({});
  expect(given({ kind: "exec", preset: "something-else" })).toEqual({});
});
