import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SandboxEvent } from "../protocol/events.ts";
import { openEventLog } from "./event-log.ts";

let dir: string;
let path: string;
const now = () => new Date("2026-01-02T03:04:05.006Z");
const note = (text: string) => ({ type: "note" as const, text });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "event-log-"));
  path = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("event log", () => {
  test("numbers events in order and tells them once they are on disk", async () => {
    const log = await openEventLog(path, now);
    const told: SandboxEvent[] = [];
    log.subscribe(event => {
      expect(readFileSync(path, "utf8")).toContain(JSON.stringify(event));
      told.push(event);
    });
    const texts = Array.from({ length: 50 }, (_, index) => `note ${index}`);
    const appended = await Promise.all(texts.map(text => log.append(note(text))));
    expect(appended.map(event => event.seq)).toEqual(texts.map((_, index) => index + 1));
    expect(told).toEqual(appended);
    expect(log.after(48)).toEqual(appended.slice(48));
    await log.close();
    expect(log.append(note("late"))).rejects.toMatchObject({ code: "gone" });
  });

  test("goes on behind a line that a crash tore", async () => {
    const first = await openEventLog(path, now);
    await first.append(note("one"));
    await first.close();
    appendFileSync(path, '{"seq":2,"at":"2026-01-02T03:04');
    const second = await openEventLog(path, now);
    expect(second.lastSeq).toBe(1);
    expect((await second.append(note("two"))).seq).toBe(2);
    await second.close();
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map(line => JSON.parse(line).text)).toEqual(["one", "two"]);
  });

  test("an event that does not fit takes no number", async () => {
    const log = await openEventLog(path, now);
    const [good, bad, last] = await Promise.allSettled([
      log.append(note("good")),
      log.append(note("x".repeat(2_001))),
      log.append(note("last")),
    ]);
    expect(bad).toMatchObject({ status: "rejected", reason: { code: "internal" } });
    expect([good, last]).toMatchObject([{ value: { seq: 1 } }, { value: { seq: 2 } }]);
    await log.close();
  });

  test("a listener that fails does not keep the others from being told", async () => {
    const log = await openEventLog(path, now);
    const told: number[] = [];
    log.subscribe(() => {
      throw new Error("gone");
    });
    log.subscribe(event => told.push(event.seq));
    await log.append(note("one"));
    await log.append(note("two"));
    expect(told).toEqual([1, 2]);
    await log.close();
  });

  test("refuses a log with a hole", async () => {
    writeFileSync(path, `${JSON.stringify({ seq: 2, at: now().toISOString(), ...note("two") })}\n`);
    expect(openEventLog(path, now)).rejects.toMatchObject({ code: "corrupt" });
  });
});
