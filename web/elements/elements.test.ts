import { describe, expect, test } from "bun:test";
import { historyText, readHistory } from "./bead/history.ts";
import { linkedText } from "./feed/linked-text.ts";
import { age } from "./shared/format.ts";
import { agentState, beadState } from "./shared/state-words.ts";
import { windowOf } from "./shared/virtual-rows.ts";
import { fitGeometry, followGeometry } from "./terminal/geometry.ts";
import { CONNECTING, reduceTerminal, type TerminalChange } from "./terminal/terminal-state.ts";

describe("terminal geometry", () => {
  const cell = { widthRatio: 0.6, heightAt: (size: number) => Math.ceil(size * 1.32) };
  const fit = (width: number, height: number) => ({
    box: { width, height },
    cell,
    fontSize: 12,
    minCols: 80,
  });

  test("a wide box gets as many columns as fit", () => {
    expect(fitGeometry(fit(960, 340))).toEqual({ cols: 133, rows: 21, fontSize: 12 });
  });

  test("a narrow box keeps the least columns and shrinks the letters, down to a limit", () => {
    expect(fitGeometry(fit(400, 340))).toEqual({ cols: 80, rows: 30, fontSize: 8.25 });
    expect(fitGeometry(fit(100, 340)).fontSize).toBe(6);
  });

  test("somebody else's live screen fits in both directions, a recording in its columns", () => {
    const live = followGeometry(fit(960, 300), { cols: 100, rows: 30 }, true);
    expect(live).toMatchObject({ cols: 100, rows: 30 });
    expect(30 * cell.heightAt(live.fontSize)).toBeLessThanOrEqual(300);
    expect(followGeometry(fit(960, 200), { cols: 100, rows: 30 }, false)).toEqual({
      cols: 100,
      rows: 12,
      fontSize: 12,
    });
  });
});

describe("terminal state", () => {
  const run = (...changes: TerminalChange[]) => changes.reduce(reduceTerminal, CONNECTING);
  const attached = (over: { primary?: boolean; live?: boolean } = {}): TerminalChange => ({
    kind: "frame",
    frame: { type: "attached", cols: 80, rows: 24, primary: true, live: true, title: "", ...over },
  });

  test("after attached comes one snapshot, then it is drawn", () => {
    expect(run(attached())).toMatchObject({ phase: "open", snapshotNext: true, drawn: false, primary: true });
    expect(run(attached(), { kind: "snapshot" }, { kind: "drawn" })).toMatchObject({
      snapshotNext: false,
      drawn: true,
    });
  });

  test("a reset brings another snapshot", () => {
    const state = run(
      attached(),
      { kind: "snapshot" },
      { kind: "frame", frame: { type: "reset", cols: 90, rows: 30 } },
    );
    expect(state).toMatchObject({ snapshotNext: true, size: { cols: 90, rows: 30 } });
  });

  test("an end or an interruption takes control away", () => {
    expect(
      run(attached(), { kind: "frame", frame: { type: "ended", code: 0, reason: "done" } }),
    ).toMatchObject({
      live: false,
      primary: false,
      ended: { code: 0, reason: "done" },
    });
    expect(run(attached(), { kind: "interrupted" })).toMatchObject({ phase: "interrupted", primary: false });
    expect(run(attached(), { kind: "interrupted" }, attached()).phase).toBe("open");
  });

  test("a refusal says why; an ended run stays on the screen; what is away is waited for", () => {
    const closed = (code: string): TerminalChange => ({ kind: "closed", code, message: "" });
    expect(run(closed("not_found"))).toMatchObject({ phase: "refused", refusal: { code: "not_found" } });
    expect(run(attached(), closed("ended"))).toMatchObject({
      phase: "open",
      live: false,
      ended: { code: null },
    });
    expect(run(closed("ended")).phase).toBe("interrupted");
    expect(run(attached(), closed("unavailable")).phase).toBe("interrupted");
  });
});

test("windowOf covers the view and a little more, and never leaves the list", () => {
  expect(windowOf(0, 500, 100, 1_000)).toEqual({ first: 0, last: 11 });
  expect(windowOf(50_000, 500, 100, 1_000)).toEqual({ first: 494, last: 511 });
  expect(windowOf(99_900, 500, 100, 1_000)).toEqual({ first: 993, last: 1_000 });
  expect(windowOf(900, 500, 100, 3)).toEqual({ first: 0, last: 3 });
});

test("linkedText finds ids as words of their own", () => {
  expect(linkedText("sa-1 slung to sample/toast", { bead: "sa-1", agent: "sample/toast" })).toEqual([
    { text: "sa-1", link: "bead" },
    { text: " slung to " },
    { text: "sample/toast", link: "agent" },
  ]);
  expect(linkedText("sa-11 after sa-1.", { bead: "sa-1" })).toEqual([
    { text: "sa-11 after " },
    { text: "sa-1", link: "bead" },
    { text: "." },
  ]);
  expect(linkedText("nothing", {})).toEqual([{ text: "nothing" }]);
});

test("age takes at most four characters", () => {
  const ages = [0, 2_999, 42_000, 90_000, 7_200_000, 86_400_000 * 120].map(ms => age(0, ms));
  expect(ages).toEqual(["now", "now", "42s", "1m", "2h", "120d"]);
  expect(age(5_000, 0)).toBe("now");
});

test("every state has a glyph and a word, own statuses too", () => {
  expect(beadState("needs_spec")).toEqual({ tone: "ready", icon: "idle", word: "needs spec" });
  expect(agentState({ state: "working", activity: "waiting_for_person" }).word).toBe("Needs you");
  expect(agentState({ state: "given_up" }).tone).toBe("failed");
});

test("history reads what it can and says it in words", () => {
  const events = readHistory([
    { id: "sa-1", type: "created", actor: "mayor", at: "2026-01-01T00:00:00Z" },
    { type: "status_changed", old: "open", new: "in_progress" },
    "noise",
    { type: "dependency_added", new: { depends_on_id: "sa-2" } },
    { type: "teleported" },
  ]);
  expect(events.map(historyText)).toEqual([
    "filed it",
    "moved it from open to in progress",
    "made it depend on sa-2",
    "teleported",
  ]);
});
