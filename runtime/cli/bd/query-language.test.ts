import { describe, expect, test } from "bun:test";
import type { Bead } from "../../../store/schema/bead.ts";
import { compileQuery, parseQuery } from "./query-language.ts";

const now = Date.parse("2027-01-10T12:00:00Z");
const bead = (more: Partial<Bead>): Bead => ({
  id: "bd-1",
  title: "Fix the Login",
  status: "open",
  priority: 2,
  issue_type: "task",
  created_at: "2027-01-01T00:00:00.000Z",
  updated_at: "2027-01-09T00:00:00.000Z",
  ...more,
});
const fits = (query: string, more: Partial<Bead> = {}) => compileQuery(parseQuery(query), now)(bead(more));

describe("expressions", () => {
  const holds: [string, Partial<Bead>?][] = [
    ["status=open"],
    ["STATUS = OPEN"],
    ["status!=closed AND priority<=2"],
    ["priority>1 and priority>=2 AND priority<3 AND priority!=P0"],
    ["NOT status=closed"],
    ["(status=closed OR priority=2) AND type=task"],
    ["status=closed AND priority=2 OR type=task"],
    ["title=login"],
    ['title="fix the"'],
    ["label=none"],
    ["label=x AND label!=y", { labels: ["x"] }],
    ["assignee=none"],
    ["assignee=ann", { assignee: "ann" }],
    ["updated>7d"],
    ["NOT created>7d"],
    ["created=2027-01-01"],
    ["created<2027-01-02 AND updated>=2027-01-09"],
    ['due<"next month"', { due_at: "2027-01-20T00:00:00.000Z" }],
    ["closed=none"],
    ["id=bd-*"],
    ["spec=s-?", { spec_id: "s-1" }],
    ["pinned=false AND ephemeral=no"],
    [
      "parent=bd-e",
      {
        dependencies: [
          {
            issue_id: "bd-1",
            depends_on_id: "bd-e",
            type: "parent-child",
            created_at: "2027-01-01T00:00:00Z",
          },
        ],
      },
    ],
    ["description=none"],
    ["type=feat", { issue_type: "feature" }],
  ];
  for (const [query, more] of holds) test(query, () => expect(fits(query, more)).toBe(true));

  for (const query of [
    "",
    "status",
    "status=",
    "(status=open",
    "status=open)",
    "wibble=1",
    "priority=high",
    "title>x",
    "pinned=maybe",
    "status=open AND",
    "created>soon",
    "status=open closed",
    '"status"=open "',
  ]) {
    test(`refuses ${query || "nothing"}`, () => expect(() => fits(query)).toThrow());
  }
});
