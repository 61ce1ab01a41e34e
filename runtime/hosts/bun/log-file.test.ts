import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";
import { createLogFile } from "./log-file.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gastown-log-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lines = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map(line => JSON.parse(line));

test("writes one JSON line per event, with the fields of its parents and the causes of errors", () => {
  const path = join(dir, "log", "town.jsonl");
  const now = () => new Date("2026-01-01T00:00:00Z");
  const log = createLogFile({ path, now });
  log.debug("unseen");
  const error = new AppError("internal", "It broke.", { cause: new TypeError("x is not a function") });
  log.child({ actor: "town:demo" }).warn("turn failed", { method: "sling", error });
  expect(lines(path)).toEqual([
    {
      at: "2026-01-01T00:00:00.000Z",
      level: "warn",
      message: "turn failed",
      actor: "town:demo",
      method: "sling",
      error: {
        code: "internal",
        message: "It broke.",
        cause: { name: "TypeError", message: "x is not a function", stack: expect.any(String) },
      },
    },
  ]);
});

test("stays within its size, and every line is JSON", () => {
  const path = join(dir, "town.jsonl");
  const log = createLogFile({ path, maxBytes: 60_000 });
  for (let i = 0; i < 100; i++) log.info("long", { i, text: "x".repeat(i % 10 === 0 ? 40_000 : 500) });
  expect(statSync(path).size).toBeLessThanOrEqual(60_000);
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(60_000);
  expect(lines(path).at(-1)).toMatchObject({ i: 99 });
  expect(lines(`${path}.1`).length).toBeGreaterThan(0);
});
