import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isGitHubIssue, readGitHubIssue } from "./github.ts";
import { readInput } from "./read-input.ts";
import { readLine, readRecord } from "./record.ts";
import { commentId } from "./record-parts.ts";

const base = { id: "bd-a1", title: "T", status: "open", priority: 1, issue_type: "bug" };
const bead = (value: object) => {
  const read = readRecord({ ...base, ...value });
  if (read.kind !== "bead") throw new Error(JSON.stringify(read));
  return read.bead;
};
const refusal = (value: unknown) => {
  const read = readRecord(value);
  return read.kind === "refused" ? read.reason : read.kind;
};

describe("records of every age", () => {
  test("a line of the current export: what it derives goes, the parent becomes an edge", () => {
    const read = bead({
      _type: "issue",
      dependency_count: 1,
      comment_count: 0,
      parent: "bd-e",
      created_at: "2026-01-01T00:00:00Z",
    });
    expect(read).toEqual({
      ...base,
      created_at: "2026-01-01T00:00:00.000Z",
      dependencies: [
        {
          issue_id: "bd-a1",
          depends_on_id: "bd-e",
          type: "parent-child",
          created_at: "2026-01-01T00:00:00.000Z",
        },
      ],
    });
  });

  test("older names: type, wisp, proto_id, numeric comments, nanoseconds, aliases", () => {
    const { issue_type: _new, ...old } = base;
    const read = readRecord({
      ...old,
      type: "enhancement",
      wisp: true,
      bonded_from: [{ proto_id: "mol-x", bond_type: "sequential" }],
      comments: [{ id: 3, author: "a", text: "hi", created_at: "2025-10-16T20:46:08.971822123Z" }],
      created_at: "2025-10-16T13:46:08.971822-07:00",
    });
    expect(read).toMatchObject({
      kind: "bead",
      bead: {
        issue_type: "feature",
        ephemeral: true,
        bonded_from: [{ source_id: "mol-x", bond_type: "sequential" }],
        comments: [{ issue_id: "bd-a1", text: "hi", created_at: "2025-10-16T20:46:08.971Z" }],
        created_at: "2025-10-16T20:46:08.971Z",
      },
    });
    expect(read.kind === "bead" && "wisp" in read.bead).toBe(false);
  });

  test("zero times are absent; a closed one has a time; an open one has none", () => {
    expect(bead({ created_at: "0001-01-01T00:00:00Z", due_at: null }).created_at).toBeUndefined();
    expect(bead({ status: "closed", updated_at: "2026-02-02T00:00:00Z" }).closed_at).toBe(
      "2026-02-02T00:00:00.000Z",
    );
    expect(bead({ closed_at: "2026-02-02T00:00:00Z", close_reason: "x" }).closed_at).toBeUndefined();
  });

  test("unknown fields stay, empty ones go, metadata may be text", () => {
    expect(bead({ hook_bead: "x", notes: "", labels: [], metadata: '{"a":1}' })).toEqual({
      ...base,
      hook_bead: "x",
      metadata: { a: 1 },
    });
  });

  test("edges: to itself and without a target are left out, the other names are read", () => {
    const edges = [
      { depends_on: "bd-b" },
      { depends_on_id: "bd-a1", type: "blocks" },
      { type: "blocks" },
      { depends_on_id: "bd-c", type: "tracks", metadata: "{}" },
    ];
    expect(
      bead({ dependencies: edges }).dependencies?.map(({ depends_on_id, type, metadata }) => [
        depends_on_id,
        type,
        metadata,
      ]),
    ).toEqual([
      ["bd-b", "blocks", undefined],
      ["bd-c", "tracks", undefined],
    ]);
  });

  test("what is left out of a record is said", () => {
    const lost = (value: object) => {
      const read = readRecord({ ...base, ...value });
      return read.kind === "bead" ? (read.lost ?? []) : [read.kind];
    };
    expect(lost({ labels: ["a", null, 3], waiters: null })).toEqual([
      "a label that is no text",
      "a label that is no text",
    ]);
    expect(lost({ dependencies: ["x", { depends_on_id: "bd-a1" }, { type: "blocks" }] })).toEqual([
      "an edge that is no object",
      "an edge to itself",
      "an edge without the bead it leads to",
    ]);
    expect(lost({ comments: [{ author: "a" }], estimated_minutes: "90", pinned: "yes" })).toEqual([
      'its pinned is "yes", neither true nor false',
      'its estimated_minutes is "90", no number of minutes',
      "a comment without text",
    ]);
    expect(lost({ status: 3, labels: "x" })).toEqual([
      'its status is 3, no text: "open" was taken',
      "its labels are no list",
    ]);
    expect(lost({ notes: "", labels: [], comments: null, pinned: false, metadata: {} })).toEqual([]);
  });

  test("of two edges to one bead, the one that decides what is ready is kept", () => {
    const edge = (type: string) => ({ depends_on_id: "bd-b", type });
    for (const types of [
      ["blocks", "related"],
      ["related", "blocks"],
    ]) {
      const read = readRecord({ ...base, dependencies: types.map(edge) });
      expect(read).toMatchObject({ kind: "bead", bead: { dependencies: [{ type: "blocks" }] } });
      expect(read.kind === "bead" && read.lost).toEqual([
        expect.stringContaining("its related edge to bd-b"),
      ]);
    }
  });

  test("unknown keys of comments and edges stay; metadata that is no object is kept", () => {
    const read = bead({
      comments: [{ author: "a", text: "x", created_at: "2026-01-01T00:00:00Z", mood: "good" }],
      dependencies: [{ depends_on_id: "bd-b", weight: 3 }],
      metadata: [1],
    });
    expect(read.comments?.[0]).toMatchObject({ mood: "good" });
    expect(read.dependencies?.[0]).toMatchObject({ weight: 3 });
    expect(read.metadata).toEqual({ imported: [1] });
  });

  test("what can not be a bead is refused with its reason", () => {
    expect(refusal({ ...base, status: "tombstone" })).toBe("a deleted issue (tombstone)");
    expect(refusal({ ...base, title: " " })).toBe("it has no title");
    expect(refusal({ ...base, title: "ä".repeat(300) })).toContain("longer than 500 bytes");
    expect(refusal({ ...base, priority: 7 })).toContain("priority is 7");
    expect(refusal({ ...base, id: "../x" })).toContain("is no id");
    expect(refusal({ ...base, id: 7 })).toBe("its id is 7, no text");
    expect(refusal({ ...base, created_at: "yesterday" })).toContain("created_at");
    expect(refusal({ _type: "wibble" })).toContain("wibble");
    expect(refusal([1])).toBe("not a JSON object");
    expect(refusal({ _schema: "1" })).toBe("nothing");
    expect(readLine("=======").kind).toBe("refused");
    expect(readLine("  ").kind).toBe("nothing");
    expect(readRecord({ _type: "memory", key: "k", value: "v" })).toEqual({
      kind: "memory",
      key: "k",
      value: "v",
    });
  });

  test("nothing whatever makes it throw", () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        readRecord(value);
        readGitHubIssue(value);
        readInput(JSON.stringify(value));
      }),
    );
  });

  test("the same comment has the same id, in the order of time", () => {
    const early = commentId("bd-a", "x", "2026-01-01T00:00:00Z", "t");
    expect(commentId("bd-a", "x", "2026-01-01T00:00:00Z", "t")).toBe(early);
    expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(commentId("bd-a", "x", "2026-01-02T00:00:00Z", "a") > early).toBe(true);
  });
});

describe("GitHub", () => {
  test("types, priorities and states from labels and either API", () => {
    const rest = readGitHubIssue({
      number: 1,
      title: " T ",
      assignees: [{ login: "one" }, { login: "two" }],
      body: null,
      state: "closed",
      state_reason: "not_planned",
      labels: [{ name: "kind/bug" }, { name: "priority: high" }],
      user: { login: "u" },
      created_at: "2026-01-01T00:00:00Z",
      updated_at: "2026-01-03T00:00:00Z",
      closed_at: "2026-01-02T00:00:00Z",
      comments: 4,
      html_url: "https://x/1",
    });
    expect(rest).toMatchObject({
      kind: "bead",
      bead: {
        title: "T",
        issue_type: "bug",
        priority: 1,
        status: "closed",
        close_reason: "Closed on GitHub: not planned",
        external_ref: "gh-1",
        created_by: "u",
        assignee: "one",
        metadata: { github_url: "https://x/1", github_assignees: ["one", "two"] },
      },
    });
    expect(readGitHubIssue({ number: 2, title: "x", labels: ["enhancement", "p4"] })).toMatchObject({
      bead: { issue_type: "feature", priority: 4, status: "open" },
    });
  });
});

describe("GitHub, asked for fewer fields", () => {
  const issue = { title: "x", body: "b", labels: [{ name: "bug" }], state: "OPEN" };

  test("the number is read from the address", () => {
    expect(isGitHubIssue({ ...issue, url: "https://github.com/o/r/issues/9" })).toBe(true);
    expect(readGitHubIssue({ ...issue, url: "https://github.com/o/r/issues/9" })).toMatchObject({
      bead: { external_ref: "gh-9" },
    });
  });

  test("without any it is refused, with what to ask for", () => {
    for (const one of [issue, { labels: [{ name: "bug" }], title: "x" }, { title: "x", state: "CLOSED" }]) {
      expect(isGitHubIssue(one)).toBe(true);
      expect(readGitHubIssue(one)).toMatchObject({
        kind: "refused",
        reason: expect.stringContaining("--json"),
      });
    }
  });

  test("pull requests are refused however they are told apart", () => {
    expect(readGitHubIssue({ number: 2, title: "x", url: "https://github.com/o/r/pull/2" }).kind).toBe(
      "refused",
    );
    expect(readGitHubIssue({ number: 2, title: "x", isPullRequest: true }).kind).toBe("refused");
  });

  test("what has the words of a bead is none", () => {
    expect(isGitHubIssue({ ...base, number: 5 })).toBe(false);
    expect(isGitHubIssue({ title: "x" })).toBe(false);
    expect(isGitHubIssue({ title: "x", priority: 1, labels: ["a"], body: "b" })).toBe(false);
  });
});

describe("files", () => {
  test("lines keep their numbers, with a mark of byte order and carriage returns; an array counts its elements", () => {
    const lines = readInput(`\ufeff${JSON.stringify(base)}\r\n\r\nnope\n`);
    expect(lines.map(({ line, record }) => [line, record.kind])).toEqual([
      [1, "bead"],
      [2, "nothing"],
      [3, "refused"],
      [4, "nothing"],
    ]);
    expect(
      readInput(JSON.stringify([base, 3], null, 2)).map(({ line, record }) => [line, record.kind]),
    ).toEqual([
      [1, "bead"],
      [2, "refused"],
    ]);
  });

  test("one object over many lines is one record", () => {
    expect(readInput(JSON.stringify(base, null, 2)).map(({ record }) => record.kind)).toEqual(["bead"]);
    expect(readInput("{\n").map(({ record }) => record.kind)).toEqual(["refused", "nothing"]);
  });
});
