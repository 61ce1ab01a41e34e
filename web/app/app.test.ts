import { describe, expect, test } from "bun:test";
import type { AgentView, MergeRequestView } from "../../runtime/gateway/contract/views.ts";
import { connectionWords } from "./connection.ts";
import { formatRoute, parseRoute, type Route } from "./route.ts";
import { summaryOf } from "./summary.ts";
import { nextTiles } from "./tiles.ts";

const agent = (name: string, fields: Partial<AgentView> = {}): AgentView => ({
  id: `sample/${name}`,
  name,
  role: "polecat",
  rig: "sample",
  state: "working",
  since: "2026-01-01T00:00:00.000Z",
  generation: 1,
  completed: 0,
  has_terminal: true,
  ...fields,
});

describe("routes", () => {
  test("every route survives the address", () => {
    const routes: Route[] = [
      { page: "mail" },
      { page: "mail", message: "hq-4k2" },
      { page: "town" },
      { page: "town", bead: "sa-1.2" },
      { page: "agent", agent: "sample/toast" },
      { page: "agent", agent: "sample/toast", run: "r 1/2", bead: "sa-1" },
    ];
    for (const route of routes) expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  test("anything else is the town", () => {
    for (const hash of ["", "#", "#/", "#/agents/sample", "#/beads/", "#/%E0%A4%A", "#/x/y"]) {
      expect(parseRoute(hash)).toEqual({ page: "town" });
    }
  });
});

describe("nextTiles", () => {
  test("who works keeps the place, who rests gives it up to one without", () => {
    const toast = agent("toast");
    const nux = agent("nux");
    const dag = agent("dag");
    expect(nextTiles([], [toast, nux, dag], 2)).toEqual(["sample/toast", "sample/nux"]);
    const resting = agent("toast", { state: "idle" });
    expect(nextTiles(["sample/toast", "sample/nux"], [resting, nux], 2)).toEqual([
      "sample/toast",
      "sample/nux",
    ]);
    expect(nextTiles(["sample/toast", "sample/nux"], [resting, nux, dag], 2)).toEqual([
      "sample/dag",
      "sample/nux",
    ]);
  });

  test("nobody at work: the latest to have worked; nobody with a terminal: none", () => {
    const old = agent("old", { state: "idle", since: "2026-01-01T00:00:00.000Z" });
    const late = agent("late", { state: "idle", since: "2026-01-01T00:01:00.000Z" });
    const blank = agent("blank", { state: "idle", has_terminal: false });
    expect(nextTiles([], [old, blank, late], 1)).toEqual(["sample/late"]);
    expect(nextTiles([], [blank], 3)).toEqual([]);
  });

  test("fewer places hold fewer", () => {
    const agents = [agent("a"), agent("b"), agent("c")];
    expect(nextTiles(["sample/a", "sample/b", "sample/c"], agents, 1)).toEqual(["sample/a"]);
  });
});

test("summaryOf says what there is, and nothing that is not known", () => {
  const requests = new Map<string, MergeRequestView>();
  expect(summaryOf(new Map(), requests, {})).toBe("Nothing is under way");
  expect(summaryOf(new Map(), requests, { closed: 3 })).toBe("Everything that was filed is done");
  expect(summaryOf(new Map(), requests, { closed: 3, failed: 1 })).toBe("1 bead failed");
  expect(
    summaryOf(new Map([["sample/toast", agent("toast")]]), requests, { open: 1, hooked: 1, closed: 2 }),
  ).toBe("1 agent at work, 2 beads waiting");
});

test("connectionWords counts down, and never says live when it is not", () => {
  expect(connectionWords({ phase: "live" }, 0)).toMatchObject({ text: "Live", retry: false });
  expect(connectionWords({ phase: "waiting", attempt: 2, retryAt: 2_500, since: 0 }, 1_000)).toMatchObject({
    text: "Retry in 2 s",
    retry: true,
  });
  expect(connectionWords(undefined, 0).text).toBe("Connecting");
});
