import { expect, test } from "bun:test";
import { claude } from "../presets/claude.ts";
import type { Usage } from "../presets/preset.ts";
import { readLines } from "./read-lines.ts";

test("JSON lines become words, cut anywhere; all else passes unchanged", () => {
  const usage: Usage[] = [];
  const filter = readLines(claude.read ?? (() => undefined), found => usage.push(found));
  const assistant = { type: "assistant", message: { content: [{ type: "text", text: "Größe\nzwei" }] } };
  const tool = {
    type: "assistant",
    message: { content: [{ type: "tool_use", name: "Bash", input: { command: "ls" } }] },
  };
  const result = { type: "result", total_cost_usd: 0.25, usage: { input_tokens: 10, output_tokens: 3 } };
  const text = `warning: plain\r\n${[assistant, tool, result].map(line => `${JSON.stringify(line)}\r\n`).join("")}{not json}\r\nprompt> `;
  const bytes = Buffer.from(text);
  for (const size of [1, 7, 1_000]) {
    const shown: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) shown.push(filter(bytes.subarray(at, at + size)));
    expect(Buffer.concat(shown).toString()).toBe(
      "warning: plain\r\nGröße\r\nzwei\r\n> Bash ls\r\n{not json}\r\nprompt> ",
    );
    filter(Buffer.from("\r\n"));
  }
  expect(usage).toEqual(Array(3).fill({ of: "run", input_tokens: 10, output_tokens: 3, cost_usd: 0.25 }));
});
