/** Files of one bead as anybody could have written them: real, hand-made and damaged clocks, tombstones, odd values. */
import fc from "fast-check";
import type { Fields } from "../json.ts";

const actor = fc.constantFrom("a", "b");
const stamp = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1 }), actor);
const instant = fc.integer({ min: 0, max: 6 }).map(ms => new Date(ms).toISOString());
const word = fc.constantFrom("x", "y", "z");
const text = fc.constantFrom("x", "x\ny", "x\nz", "xy", "");
const edge = fc.record(
  {
    issue_id: fc.constant("gt-1"),
    depends_on_id: fc.constantFrom("gt-2", "gt-3"),
    type: fc.constantFrom("blocks", "related", "parent-child"),
    created_at: instant,
    metadata: fc.constantFrom('{"gate":"all-children"}', '{"gate":"any-children"}'),
  },
  { requiredKeys: ["issue_id", "depends_on_id", "type", "created_at"] },
);
const comment = fc.record({
  id: fc.constantFrom("c1", "c2", "7"),
  issue_id: fc.constant("gt-1"),
  author: actor,
  text: word,
  created_at: instant,
});
const clockKeys = fc.constantFrom(
  ..."title description notes notes/1 notes/+2 notes/0 status closed_at assignee assignee/round labels/x labels/y".split(
    " ",
  ),
  ..."waiters/x dependencies/gt-2 dependencies/gt-3 parent-child comments/c1 metadata/k metadata/l pinned other".split(
    " ",
  ),
  ..."priority issue_type design acceptance_criteria spec_id owner external_ref source_system estimated_minutes".split(
    " ",
  ),
  ..."due_at is_template ephemeral no_history aliases/x aliases/y bonded_from/x".split(" "),
  ..."other/deep compaction_level updated_at deleted_at created_at __proto__".split(" "),
);
const clock = fc
  .array(fc.tuple(clockKeys, stamp), { maxLength: 12 })
  .map(entries => Object.fromEntries(entries));

const live = fc.record(
  {
    title: word,
    status: fc.constantFrom("open", "closed", "in_progress"),
    priority: fc.integer({ min: 0, max: 4 }),
    issue_type: fc.constantFrom("task", "bug"),
    updated_at: instant,
    description: text,
    notes: text,
    design: text,
    acceptance_criteria: text,
    spec_id: word,
    owner: actor,
    external_ref: word,
    source_system: word,
    estimated_minutes: fc.integer({ min: 0, max: 2 }),
    due_at: instant,
    assignee: actor,
    started_at: instant,
    closed_at: instant,
    close_reason: word,
    closed_by_session: word,
    defer_until: instant,
    aliases: fc.array(word, { maxLength: 3 }),
    labels: fc.array(word, { maxLength: 3 }),
    waiters: fc.array(word, { maxLength: 3 }),
    bonded_from: fc.array(fc.record({ source_id: word }), { maxLength: 2 }),
    dependencies: fc.array(edge, { maxLength: 3 }),
    comments: fc.array(comment, { maxLength: 3 }),
    metadata: fc.dictionary(
      fc.constantFrom("k", "l", "__proto__"),
      fc.constantFrom(1, null, "s", { deep: [1] }),
      {
        maxKeys: 2,
      },
    ),
    pinned: fc.boolean(),
    is_template: fc.boolean(),
    ephemeral: fc.boolean(),
    no_history: fc.boolean(),
    compaction_level: fc.integer({ min: 0, max: 2 }),
    compacted_at: instant,
    compacted_at_commit: word,
    original_size: fc.integer({ min: 0, max: 2 }),
    other: fc.constantFrom(1, [], { a: 1 }, "", null),
    _clock: clock,
  },
  { requiredKeys: ["title", "status", "priority", "issue_type", "updated_at"] },
);

const burial = fc.record({
  deleted_at: instant,
  deleted_by: actor,
  delete_reason: word,
});

const stone = fc.tuple(burial, fc.option(stamp, { nil: undefined })).map(([fields, at]) => ({
  ...fields,
  status: "tombstone",
  title: "x",
  original_type: "task",
  _clock: { created_at: [0, 0, "a"], ...(at === undefined ? {} : { deleted_at: at }) },
}));

const keptStone = fc.tuple(live, burial).map(([bead, fields]) => ({
  ...bead,
  ...fields,
  status: "tombstone",
  original_status: bead.status,
  original_type: bead.issue_type,
}));

/** Versions of the bead gt-1. */
export const anyBead: fc.Arbitrary<Fields> = fc
  .oneof({ weight: 6, arbitrary: live }, { weight: 1, arbitrary: stone }, { weight: 1, arbitrary: keptStone })
  .map(fields => ({ id: "gt-1", created_at: new Date(0).toISOString(), ...fields }));
