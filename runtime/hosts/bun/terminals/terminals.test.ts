import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sandboxSpecSchema } from "../../../../agent-sandbox/protocol/spec.ts";
import type { TerminalSession } from "../../../gateway/deps.ts";
import { bootId } from "../process/identity.ts";
import { createTownPaths } from "../town-paths.ts";
import { holdSession } from "./held-session.ts";
import { createTerminals } from "./terminals.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gt-term-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const size = { cols: 80, rows: 24 };
const at = "2026-01-01T00:00:00.000Z";

const paths = () => createTownPaths(dir, join(dir, "s"));
const terminals = () => createTerminals({ town: "demo", paths: paths(), boot: bootId() });

/** A run that left these files. */
function leaveRun(generation: number, cast: readonly unknown[], events: readonly object[] = []): string {
  const run = paths().runDir("sample", "toast", generation);
  mkdirSync(run, { recursive: true });
  const socket = join(dir, "gone.sock");
  const spec = sandboxSpecSchema.parse({
    v: 1,
    run_id: `run-000${generation}`,
    town: "demo",
    container: "demo/sample/toast",
    generation,
    agent: { name: "toast", role: "polecat", rig: "sample" },
    job: {
      kind: "work",
      bead: { id: "sa-1", title: "x" },
      attempt: 1,
      repo: "/r",
      worktree: "/w",
      branch: "b",
    },
    driver: { kind: "script" },
    isolation: "none",
    dir: run,
    socket,
    home: "/h",
  });
  writeFileSync(join(run, "spec.json"), JSON.stringify(spec));
  const launch = {
    run_id: spec.run_id,
    container: spec.container,
    generation,
    boot: bootId(),
    socket,
    started_at: at,
  };
  writeFileSync(join(run, "launch.json"), JSON.stringify({ ...launch, pid: 2 ** 22 + 1, pid_start: "1" }));
  writeFileSync(join(run, "terminal.cast"), cast.map(line => `${JSON.stringify(line)}\n`).join(""));
  writeFileSync(join(run, "events.jsonl"), events.map(event => `${JSON.stringify(event)}\n`).join(""));
  return run;
}

const header = { version: 2, width: 40, height: 5, timestamp: 0, title: "sample/toast: x" };
const exited = { seq: 2, at, type: "exited", ok: true, code: 0, signal: null, reason: "done" };

/** Everything that a session has shown, once nothing more comes. */
async function shown(session: TerminalSession) {
  const order: string[] = [];
  const frames: { type: string }[] = [];
  let text = "";
  session.onFrame(frame => {
    order.push(frame.type);
    frames.push(frame);
  });
  session.onData(bytes => {
    order.push("data");
    text += new TextDecoder().decode(bytes);
  });
  session.onClose(() => order.push("close"));
  await Promise.resolve();
  return { order, frames, text };
}

describe("after the fact", () => {
  test("the recording is shown as its last screen with what had scrolled away", async () => {
    const lines = Array.from({ length: 20 }, (_, i) => [i / 10, "o", `line ${i}\r\n`]);
    leaveRun(1, [header, ...lines, [3, "r", "60x8"], [4, "o", "\u001b[31mred\u001b[0m"]], [exited]);
    const seen = await shown(await terminals().open("demo", "sample/toast", size));
    expect(seen.order).toEqual(["attached", "data", "ended"]);
    expect(seen.frames[0]).toEqual({
      type: "attached",
      cols: 60,
      rows: 8,
      primary: false,
      live: false,
      title: "sample/toast: x",
    } as never);
    expect(seen.frames[1]).toEqual({ type: "ended", code: 0, reason: "done" } as never);
    expect(seen.text).toContain("line 0");
    expect(seen.text).toContain("line 19");
    expect(seen.text).toContain("\u001b[31mred");
  });

  test("a recording that a crash tore, or that never began, is shown as far as it goes", async () => {
    const run = leaveRun(1, [header, [0, "o", "seen"]]);
    writeFileSync(join(run, "terminal.cast"), '[1,"o","lo', { flag: "a" });
    expect((await shown(await terminals().open("demo", "sample/toast", size))).text).toContain("seen");
    writeFileSync(join(run, "terminal.cast"), "");
    const empty = await shown(await terminals().open("demo", "sample/toast", size));
    expect(empty.order).toEqual(["attached", "data", "ended"]);
    expect(empty.frames.at(-1)).toMatchObject({ code: null });
  });

  test("runs are listed newest first, and opened by id or number", async () => {
    leaveRun(9, [header, [0, "o", "nine"]], [exited]);
    leaveRun(10, [header, [0, "o", "ten"]], [exited]);
    const all = terminals();
    expect(await all.runs("demo", "sample/toast")).toEqual([
      { run: "run-00010", generation: 10, started_at: at, ended_at: at, bead: "sa-1", live: false },
      { run: "run-0009", generation: 9, started_at: at, ended_at: at, bead: "sa-1", live: false },
    ]);
    for (const [run, text] of [
      [undefined, "ten"],
      ["run-0009", "nine"],
      ["9", "nine"],
    ] as const) {
      const session = await all.open("demo", "sample/toast", {
        ...size,
        ...(run === undefined ? {} : { run }),
      });
      expect((await shown(session)).text).toContain(text);
    }
    expect(await new Response(await all.recording("demo", "sample/toast", "run-0009")).text()).toContain(
      "nine",
    );
  });

  test("what is not there is named", async () => {
    const all = terminals();
    expect(await all.runs("demo", "sample/toast")).toEqual([]);
    leaveRun(1, [header], [exited]);
    for (const [town, agent, run] of [
      ["demo", "sample/jam", undefined],
      ["demo", "sample/toast", "run-7"],
      ["other", "sample/toast", undefined],
      ["demo", "../..", undefined],
      ["demo", "sample/../../x", undefined],
    ] as const) {
      const opened = all.open(town, agent, { ...size, ...(run === undefined ? {} : { run }) });
      await expect(opened).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(all.recording("demo", "sample/toast", "run-7")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a held session", () => {
  const attached = { type: "attached", cols: 1, rows: 1, primary: false, live: true, title: "" } as const;

  test("keeps what comes before anybody listens, in order, and passes on the rest at once", async () => {
    const held = holdSession({ send: () => undefined, close: () => undefined });
    held.frame(attached);
    held.data(new TextEncoder().encode("a"));
    const seen = await shown(held.session);
    expect(seen.order).toEqual(["attached", "data"]);
    held.data(new TextEncoder().encode("b"));
    held.frame({ type: "ended", code: 0, reason: "" });
    held.end("ended", "over");
    held.data(new TextEncoder().encode("too late"));
    expect(seen.order).toEqual(["attached", "data", "data", "ended", "close"]);
  });

  test("is silent once it is closed, and tells its source once", async () => {
    const told: string[] = [];
    const held = holdSession({ send: frame => told.push(frame.type), close: () => told.push("closed") });
    held.frame(attached);
    held.session.send({ type: "take" });
    held.session.close();
    held.session.close();
    held.session.send({ type: "take" });
    const seen = await shown(held.session);
    expect(seen.order).toEqual([]);
    expect(told).toEqual(["take", "closed"]);
  });
});
