import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRecorder } from "./recorder.ts";

let dir: string;
let clock = 0;
const told: string[] = [];
const options = (limit = 100_000) => ({
  path: join(dir, "terminal.cast"),
  cols: 80,
  rows: 24,
  limit,
  now: () => new Date(clock),
  title: "a run",
  onEnd: (reason: string) => void told.push(reason),
});
const lines = () =>
  readFileSync(join(dir, "terminal.cast"), "utf8")
    .trimEnd()
    .split("\n")
    .map(line => JSON.parse(line));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "recorder-"));
  clock = 1_000_000;
  told.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("writes asciicast v2, with characters whole that came in two pieces", async () => {
  const recorder = await createRecorder(options());
  const bytes = Buffer.from("世\r\n");
  recorder.output(bytes.subarray(0, 2));
  clock += 1_500;
  recorder.output(bytes.subarray(2));
  recorder.resize(100, 30);
  await recorder.close();
  expect(lines()).toEqual([
    expect.objectContaining({ version: 2, width: 80, height: 24, timestamp: 1_000 }),
    [1.5, "o", "世\r\n"],
    [1.5, "r", "100x30"],
  ]);
});

test("ends at its limit with a mark, and says so once", async () => {
  const recorder = await createRecorder(options(1_000));
  for (let count = 0; count < 50; count += 1) recorder.output(Buffer.from("x".repeat(100)));
  await recorder.close();
  expect(lines().at(-1)[1]).toBe("m");
  expect(readFileSync(join(dir, "terminal.cast")).length).toBeLessThan(1_100);
  expect(told).toHaveLength(1);
});

test("a new process goes on with the recording of the one before", async () => {
  const first = await createRecorder(options());
  first.output(Buffer.from("one"));
  await first.close();
  clock += 5_000;
  const second = await createRecorder(options());
  clock += 1_000;
  second.output(Buffer.from("two"));
  await second.close();
  // Times go on from the beginning of the file.
  expect(lines().slice(1)).toEqual([
    [0, "o", "one"],
    [5, "m", "Continued by a new process."],
    [6, "o", "two"],
  ]);
});
