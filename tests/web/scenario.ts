/** A town in the middle of its day, for pictures and for tests of how things look. */
import type { FakeGateway } from "./fake-gateway.ts";
import type { FakeRun } from "./fake-terminals.ts";

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
const G = "\x1b[32m";
const B = "\x1b[1m";
const D = "\x1b[90m";
const C = "\x1b[36m";
const Y = "\x1b[33m";
const X = "\x1b[0m";

const DESCRIPTION = `Add \`slugify(text)\` to \`src/text.ts\`. It turns any title into a part of an address.

- lower case, words joined by one dash
- accents are folded: \`Çà et là\` becomes \`ca-et-la\`
- never empty: throws a \`RangeError\`

\`\`\`ts
slugify("Hello, World!"); // "hello-world"
\`\`\`

Add a test beside it, and run \`npm test\`.`;

/** Fills the town and answers the live runs by agent name. */
export function livelyTown({ town, terminals }: FakeGateway): Record<string, FakeRun> {
  town.rig("sample", { prefix: "sa" });
  const bead = (id: string, title: string, fields: Parameters<typeof town.bead>[1] = {}) =>
    town.bead(id, { title, created_at: ago(3_600), ...fields, updated_at: fields.updated_at ?? ago(600) });
  bead("sa-4k2", "Add slugify with accents folded", {
    status: "in_progress",
    assignee: "sample/toast",
    priority: 1,
    issue_type: "feature",
    description: DESCRIPTION,
    labels: ["text"],
    updated_at: ago(74),
  });
  bead("sa-9xq", "Parse durations like 1h30m and 250ms", {
    status: "in_progress",
    assignee: "sample/nux",
    issue_type: "feature",
    updated_at: ago(70),
  });
  bead("sa-c7d", "Retry with jittered back-off", {
    status: "in_progress",
    assignee: "sample/dag",
    priority: 1,
    issue_type: "feature",
    updated_at: ago(66),
  });
  bead("sa-m31", "Group by key keeps insertion order", {
    status: "in_review",
    assignee: "sample/slit",
    issue_type: "bug",
    priority: 0,
    updated_at: ago(19),
  });
  bead("sa-p08", "LRU cache with a size limit", {
    status: "in_review",
    assignee: "sample/ace",
    updated_at: ago(9),
  });
  bead("sa-w55", "Format bytes in binary and decimal units", {
    status: "hooked",
    assignee: "sample/capable",
    updated_at: ago(3),
  });
  bead("sa-t2r", "Deep merge of plain objects without prototype pollution", { priority: 1 });
  bead("sa-u6b", "Throttle and debounce with a trailing call", {});
  bead("sa-y1n", "Publish the package from the release branch", {
    priority: 3,
    issue_type: "chore",
    dependencies: [
      { issue_id: "sa-y1n", depends_on_id: "sa-4k2", type: "blocks", created_at: ago(900) },
      { issue_id: "sa-y1n", depends_on_id: "sa-9xq", type: "blocks", created_at: ago(900) },
    ],
  });
  for (const [index, title] of [
    "Chunk an array",
    "Clamp and lerp",
    "Memoize by the first argument",
    "Escape for use in a regular expression",
    "Pick and omit with exact types",
  ].entries()) {
    bead(`sa-d${index}z`, title, {
      status: "closed",
      assignee: ["sample/toast", "sample/nux", "sample/dag"][index % 3]!,
      closed_at: ago(400 + index * 340),
      close_reason: "merged",
    });
    town.request(`sa-mr${index}`, {
      bead: `sa-d${index}z`,
      state: "merged",
      merge_commit: "9c1be02f77aa4410b2c1d9ab03377e14f1c2d9ab",
      created_at: ago(500 + index * 340),
    });
  }
  town.request("sa-mr8", {
    bead: "sa-m31",
    branch: "polecat/slit/sa-m31",
    state: "merging",
    created_at: ago(19),
  });
  town.request("sa-mr9", {
    bead: "sa-p08",
    branch: "polecat/ace/sa-p08",
    state: "queued",
    created_at: ago(9),
  });
  town.convoy("hq-c1", "Text and time helpers", ["sa-4k2", "sa-9xq", "sa-m31", "sa-d0z", "sa-d1z", "sa-w55"]);
  town.convoy("hq-c2", "Resilience", ["sa-c7d", "sa-p08", "sa-t2r", "sa-d2z"]);
  const work = (
    name: string,
    id: string,
    seconds: number,
    note: string,
    fields: Parameters<typeof town.agent>[1] = {},
  ) =>
    town.agent(`sample/${name}`, {
      state: "working",
      activity: "working",
      bead: id,
      bead_title: town.beads.get(id)?.title ?? "",
      attempt: 1,
      since: ago(seconds),
      last_note: note,
      completed: 2,
      ...fields,
    });
  work("toast", "sa-4k2", 74, "npm test: 41 passed");
  work("nux", "sa-9xq", 70, "editing src/duration.ts", { driver: "claude" });
  work("dag", "sa-c7d", 66, "running the tests", { driver: "gemini", attempt: 2 });
  work("refinery", "sa-m31", 18, "gate test: running on the merge result", {
    driver: "script",
    completed: 5,
  });
  town.agent("sample/capable", {
    state: "starting",
    bead: "sa-w55",
    bead_title: "Format bytes in binary and decimal units",
    since: ago(3),
    has_terminal: false,
  });
  town.agent("sample/slit", { state: "idle", since: ago(20), completed: 3 });
  town.agent("sample/ace", { state: "idle", since: ago(10), completed: 1 });

  const runs: Record<string, FakeRun> = {};
  const run = (name: string, id: string, text: string) => {
    const started = terminals.start(`sample/${name}`, id);
    started.write(text.replaceAll("\n", "\r\n"));
    runs[name] = started;
  };
  run(
    "toast",
    "sa-4k2",
    `${D}worktree polecat/toast/sa-4k2 from origin/main 9c1be02${X}\n${C}$${X} ${B}cat > src/text.ts <<'EOF'${X}\n${C}$${X} ${B}npm test${X}\n\n> sample@1.0.0 test\n> node --test\n\n${G}✔${X} chunk splits evenly ${D}(0.9ms)${X}\n${G}✔${X} clamp keeps within bounds ${D}(0.2ms)${X}\n${G}✔${X} slugify folds accents ${D}(0.4ms)${X}\n${G}✔${X} slugify never answers an empty part ${D}(0.1ms)${X}\n${D}ℹ tests 41${X}\n${D}ℹ pass 41${X}\n${D}ℹ fail 0${X}\n${C}$${X} ${B}git commit -am "Add slugify"${X}\n[polecat/toast/sa-4k2 4f1c2d9] Add slugify\n 2 files changed, 48 insertions(+)\n${C}$${X} `,
  );
  run(
    "nux",
    "sa-9xq",
    `${Y}╭──────────────────────────────────────────────────────╮${X}\n${Y}│${X} ${B}Parse durations like 1h30m and 250ms${X}                 ${Y}│${X}\n${Y}╰──────────────────────────────────────────────────────╯${X}\n\n${G}●${X} I will read the existing parsers first.\n\n${G}●${X} ${B}Read${X}(src/parse.ts)\n  ${D}└  Read 64 lines${X}\n\n${G}●${X} ${B}Write${X}(src/duration.ts)\n  ${D}└${X}  ${D} 1${X} ${G}+const UNITS = { ms: 1, s: 1_000, m: 60_000 };${X}\n     ${D} 2${X} ${G}+${X}\n     ${D} 3${X} ${G}+export function parseDuration(text: string) {${X}\n\n${C}✻${X} Thinking… ${D}(12s · 2.1k tokens)${X}\n`,
  );
  run(
    "dag",
    "sa-c7d",
    `${D}attempt 2; the first was sent back by the gate "test"${X}\n${C}$${X} ${B}npm test -- retry${X}\n\n${G}✔${X} retries three times ${D}(3.1ms)${X}\n${G}✔${X} gives up with the last error ${D}(0.4ms)${X}\n\x1b[31m✖${X} waits between attempts ${D}(1002ms)${X}\n  ${D}AssertionError: expected 240 to be within 100..200${X}\n      at test/retry.test.ts:41:10\n\n${C}$${X} ${B}sed -n 30,48p src/retry.ts${X}\n${D}30${X}  const base = options.baseMs * 2 ** attempt;\n${D}31${X}  return base * (1 - options.jitter * random());\n${C}$${X} `,
  );
  run(
    "refinery",
    "sa-m31",
    `${C}$${X} ${B}git merge --no-ff polecat/slit/sa-m31${X}\nMerge made by the 'ort' strategy.\n${C}gate test${X} npm test\n${G}✔${X} groupBy keeps insertion order\n`,
  );
  const tell = (seconds: number, type: string, text: string, fields: Parameters<typeof town.say>[2] = {}) =>
    town.say(type, text, { at: ago(seconds), ...fields });
  tell(1_760, "convoy.created", "Convoy Text and time helpers: 6 beads");
  tell(420, "merge.merged", "sa-d0z merged into main as 9c1be02f77", { level: "good", bead: "sa-d0z" });
  tell(130, "merge.rejected", "sa-c7d sent back: gate test failed (attempt 1 of 5)", {
    level: "warn",
    bead: "sa-c7d",
  });
  tell(76, "bead.slung", "sa-4k2 slung to sample/toast", { bead: "sa-4k2", agent: "sample/toast" });
  tell(74, "agent.started", "sample/toast started on sa-4k2, isolated as a process", {
    bead: "sa-4k2",
    agent: "sample/toast",
  });
  tell(70, "agent.started", "sample/nux started on sa-9xq with claude", {
    bead: "sa-9xq",
    agent: "sample/nux",
  });
  tell(66, "agent.started", "sample/dag started on sa-c7d with gemini, attempt 2", {
    bead: "sa-c7d",
    agent: "sample/dag",
  });
  tell(19, "bead.submitted", "sample/slit submitted sa-m31 for review: 2 commits", {
    bead: "sa-m31",
    agent: "sample/slit",
  });
  tell(18, "merge.started", "Refinery merges sa-m31 and runs the gate test on the result", {
    bead: "sa-m31",
  });
  tell(9, "bead.submitted", "sample/ace submitted sa-p08 for review: 1 commit", {
    bead: "sa-p08",
    agent: "sample/ace",
  });
  return runs;
}
