import { describe, expect, test } from "bun:test";
import type { Bead } from "../../store/schema/bead.ts";
import { BOARD_COLUMNS, boardOf, columnOf } from "./board.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const needs = (id: string, on: string, type = "blocks") => ({
  issue_id: id,
  depends_on_id: on,
  type,
  created_at: at(0),
});
const bead = (id: string, fields: Partial<Bead> = {}): Bead => ({
  id,
  title: `Title of ${id}`,
  status: "open",
  priority: 2,
  issue_type: "task",
  created_at: at(0),
  updated_at: at(0),
  ...fields,
});
const board = (beads: readonly Bead[], text?: string) =>
  boardOf(new Map(beads.map(one => [one.id, one])), text);
const ids = (beads: readonly Bead[], text?: string) => {
  const columns = board(beads, text);
  return Object.fromEntries(BOARD_COLUMNS.map(name => [name, columns[name].map(card => card.bead.id)]));
};

describe("boardOf", () => {
  test("sorts into columns: urgent first, then old first; failures before the latest done", () => {
    expect(
      ids([
        bead("a", { priority: 2, created_at: at(1) }),
        bead("b", { priority: 0, created_at: at(2) }),
        bead("c", { priority: 2, created_at: at(0) }),
        bead("d", { status: "in_review" }),
        bead("e", { status: "closed", closed_at: at(1) }),
        bead("f", { status: "closed", closed_at: at(2) }),
        bead("g", { status: "failed" }),
        bead("h", { status: "waiting_for_spec" }),
      ]),
    ).toEqual({
      open: ["b", "c", "h", "a"],
      hooked: [],
      in_progress: [],
      in_review: ["d"],
      done: ["g", "f", "e"],
    });
  });

  test("leaves out what is no work", () => {
    expect(
      ids([
        bead("a", { issue_type: "convoy" }),
        bead("b", { issue_type: "merge-request" }),
        bead("c", { ephemeral: true }),
        bead("d"),
      ]).open,
    ).toEqual(["d"]);
  });

  test("puts the blocked behind the ready, and the put aside last, with what they wait for", () => {
    const columns = board([
      bead("a", { dependencies: [needs("a", "b"), needs("a", "x"), needs("a", "c", "related")] }),
      bead("b", { priority: 4 }),
      bead("c", { status: "deferred", priority: 0 }),
      bead("d", { status: "closed" }),
      bead("e", { dependencies: [needs("e", "d")], priority: 3 }),
    ]);
    expect(columns.open.map(card => [card.bead.id, card.blockedBy])).toEqual([
      ["e", []],
      ["b", []],
      ["a", ["b"]],
      ["c", []],
    ]);
  });

  test("a blocked parent blocks its children, and a cycle of edges ends", () => {
    const columns = board([
      bead("p", { dependencies: [needs("p", "x")] }),
      bead("x"),
      bead("k", { dependencies: [needs("k", "p", "parent-child")] }),
      bead("m", { dependencies: [needs("m", "n")] }),
      bead("n", { dependencies: [needs("n", "m", "parent-child")] }),
    ]);
    const blocked = Object.fromEntries(columns.open.map(card => [card.bead.id, card.blockedBy]));
    expect(blocked.k).toEqual(["x"]);
    expect(blocked.m).toContain("n");
  });

  test("filters by every word, in id, title, label or assignee", () => {
    const beads = [
      bead("sa-1", { title: "Parse durations", assignee: "sample/toast" }),
      bead("sa-2", { title: "Parse dates", labels: ["time"] }),
    ];
    expect(ids(beads, "parse").open).toEqual(["sa-1", "sa-2"]);
    expect(ids(beads, "PARSE toast").open).toEqual(["sa-1"]);
    expect(ids(beads, "time").open).toEqual(["sa-2"]);
    expect(ids(beads, "time toast").open).toEqual([]);
  });
});

test("columnOf puts statuses of a store's own with the open ones", () => {
  expect(["open", "blocked", "hooked", "failed", "spec"].map(columnOf)).toEqual([
    "open",
    "open",
    "hooked",
    "done",
    "open",
  ]);
});
