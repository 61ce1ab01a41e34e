/** Random histories of one bead on several replicas, written as the store writes them and merged now and then. */
import fc from "fast-check";
import { normalizeBead } from "../../model/bead-file.ts";
import type { Bead, Stamp } from "../../schema/bead.ts";
import { type Fields, isFields } from "../json.ts";
import { mergeBeads, restampBead } from "../merge-beads.ts";
import { compareStamps, readClock } from "../stamp.ts";

/** What a writer does to a bead. */
export type Edit = (bead: Fields, now: number, actor: string) => Fields;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const set =
  (field: string, value: unknown): Edit =>
  bead => ({ ...bead, [field]: value });

const close: Edit = (bead, now) => ({
  ...bead,
  status: "closed",
  closed_at: bead.closed_at ?? new Date(now).toISOString(),
  close_reason: "done",
  closed_by_session: "s",
});
const reopen: Edit = bead => {
  const { closed_at: _at, close_reason: _reason, closed_by_session: _session, ...rest } = bead;
  return { ...rest, status: "open" };
};
const claim: Edit = (bead, _now, actor) =>
  bead.assignee === undefined ? { ...bead, assignee: actor, status: "in_progress" } : bead;
const release: Edit = bead => ({ ...bead, assignee: undefined, status: "open" });
const append =
  (text: string): Edit =>
  bead => ({ ...bead, notes: typeof bead.notes === "string" ? `${bead.notes}\n${text}` : text });
const add =
  (field: string, value: string): Edit =>
  bead => ({ ...bead, [field]: [...new Set([...list(bead[field]), value])] });
const remove =
  (field: string, value: string): Edit =>
  bead => ({ ...bead, [field]: list(bead[field]).filter(other => other !== value) });
/** Only merges give aliases, in order, and none ever goes. */
const alias =
  (id: string): Edit =>
  bead => ({ ...bead, aliases: [...new Set([...list(bead.aliases), id])].sort() });
const bondFrom =
  (source: string): Edit =>
  bead => {
    const others = list(bead.bonded_from).filter(bond => isFields(bond) && bond.source_id !== source);
    return { ...bead, bonded_from: [...others, { source_id: source }] };
  };
const start: Edit = (bead, now, actor) => ({
  ...bead,
  status: "in_progress",
  started_at: bead.started_at ?? new Date(now).toISOString(),
  closed_by_session: undefined,
  owner: actor,
});
const defer: Edit = (bead, now) => ({
  ...bead,
  status: "deferred",
  defer_until: new Date(now + 5).toISOString(),
});
const compact: Edit = (bead, now) => ({
  ...bead,
  compaction_level: Number(bead.compaction_level ?? 0) + 1,
  compacted_at: new Date(now).toISOString(),
  compacted_at_commit: "c0ffee",
  original_size: 7,
});
const comment =
  (text: string): Edit =>
  (bead, now, actor) => ({
    ...bead,
    comments: [
      ...list(bead.comments),
      {
        id: `c-${now}-${actor}-${list(bead.comments).length}`,
        issue_id: bead.id,
        author: actor,
        text,
        created_at: new Date(now).toISOString(),
      },
    ],
  });
const link =
  (target: string, type: string): Edit =>
  (bead, now) => {
    const others = list(bead.dependencies).filter(
      edge =>
        isFields(edge) && edge.depends_on_id !== target && (type !== "parent-child" || edge.type !== type),
    );
    const edge = { issue_id: bead.id, depends_on_id: target, type, created_at: new Date(now).toISOString() };
    return { ...bead, dependencies: [...others, edge] };
  };
const unlink =
  (target: string): Edit =>
  bead => ({
    ...bead,
    dependencies: list(bead.dependencies).filter(edge => isFields(edge) && edge.depends_on_id !== target),
  });
const meta =
  (key: string, value: unknown): Edit =>
  bead => ({
    ...bead,
    metadata: Object.fromEntries(
      Object.entries({ ...(isFields(bead.metadata) ? bead.metadata : {}), [key]: value }).filter(
        ([, entry]) => entry !== null,
      ),
    ),
  });

const word = fc.constantFrom("x", "y", "z");
const target = fc.constantFrom("gt-1", "gt-2", "gt-3", "gt-4");

const LISTS = fc.constantFrom("labels", "waiters");
const TEXTS = fc.constantFrom(
  ..."design acceptance_criteria spec_id owner external_ref source_system".split(" "),
);
const FLAGS = fc.constantFrom("is_template", "ephemeral", "no_history");

/** Edits as users make them. */
export const edit: fc.Arbitrary<Edit> = fc.oneof(
  word.map(value => set("title", value)),
  fc.integer({ min: 0, max: 4 }).map(value => set("priority", value)),
  word.map(value => set("description", value)),
  word.map(value => set("notes", value)),
  word.map(append),
  fc.constantFrom<Edit>(close, reopen, claim, release),
  fc.constantFrom(true, false).map(value => set("pinned", value)),
  fc.tuple(LISTS, word).map(([field, value]) => add(field, value)),
  fc.tuple(LISTS, word).map(([field, value]) => remove(field, value)),
  word.map(alias),
  word.map(bondFrom),
  fc.constantFrom<Edit>(start, defer, compact),
  fc.tuple(TEXTS, fc.option(word, { nil: undefined })).map(([field, value]) => set(field, value)),
  fc.tuple(FLAGS, fc.boolean()).map(([field, value]) => set(field, value)),
  fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }).map(value => set("estimated_minutes", value)),
  fc.integer({ min: 0, max: 3 }).map(ms => set("due_at", new Date(ms).toISOString())),
  fc.constantFrom("task", "bug", "epic").map(value => set("issue_type", value)),
  word.map(comment),
  fc.tuple(target, fc.constantFrom("blocks", "related", "parent-child")).map(([to, type]) => link(to, type)),
  target.map(unlink),
  fc.tuple(word, fc.constantFrom(1, 2, null)).map(([key, value]) => meta(key, value)),
  word.map(value => set("other_tool", { deep: value })),
);

/** One step: an edit on a replica, a deletion, or a merge of one replica into another. */
export type Step =
  | { readonly kind: "edit"; readonly replica: number; readonly edit: Edit; readonly pause: number }
  | { readonly kind: "delete"; readonly replica: number; readonly pause: number }
  | { readonly kind: "merge"; readonly replica: number; readonly from: number };

const REPLICAS = 3;
const replica = fc.integer({ min: 0, max: REPLICAS - 1 });
const pause = fc.integer({ min: 0, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("edit" as const), replica, edit, pause }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), replica, pause }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("merge" as const), replica, from: replica }) },
);

const START = Date.UTC(2026, 0, 1);

/** The bead with which every history begins. */
export const firstBead: Fields = {
  id: "gt-1",
  title: "first",
  status: "open",
  priority: 2,
  issue_type: "task",
  created_at: new Date(START).toISOString(),
  created_by: "ada",
  updated_at: new Date(START).toISOString(),
  labels: ["x"],
  notes: "first notes",
  description: "first text",
  dependencies: [
    { issue_id: "gt-1", depends_on_id: "gt-2", type: "blocks", created_at: new Date(START).toISOString() },
  ],
  _clock: { created_at: [START, 0, "ada"] },
};

/** The version of a bead after an edit, stamped. */
export function write(bead: Fields, change: Edit, now: number, actor: string): Fields {
  const after = asWritten({ ...change(bead, now, actor), updated_at: new Date(now).toISOString() });
  return { ...after, _clock: restampBead(bead, after, stampAt(bead, now, actor)) };
}

/** The tombstone of a bead, as the store leaves it. */
export function bury(bead: Fields, now: number, actor: string): Fields {
  return {
    id: bead.id,
    title: bead.title,
    status: "tombstone",
    created_at: bead.created_at,
    created_by: bead.created_by,
    original_type: bead.issue_type,
    deleted_at: new Date(now).toISOString(),
    deleted_by: actor,
    _clock: { created_at: [START, 0, "ada"], deleted_at: stampAt(bead, now, actor) },
  };
}

/** Three versions of a bead, and the one that all came from. */
export const history: fc.Arbitrary<{
  readonly versions: readonly [Fields, Fields, Fields];
  readonly base: Fields;
}> = fc.tuple(fc.array(edit, { maxLength: 4 }), fc.array(step, { maxLength: 25 })).map(([before, steps]) => {
  let now = START;
  let base = firstBead;
  for (const change of before) base = write(base, change, ++now, "ada");
  const versions: [Fields, Fields, Fields] = [base, base, base];
  const clocks = [now, now, now];
  for (const next of steps) play(versions, clocks, next);
  return { versions, base };
});

function play(versions: [Fields, Fields, Fields], clocks: number[], next: Step): void {
  const mine = at(versions, next.replica);
  if (next.kind === "merge") {
    versions[next.replica as 0 | 1 | 2] = mergeBeads(mine, at(versions, next.from)).bead;
    return;
  }
  const now = (clocks[next.replica] ?? START) + next.pause;
  clocks[next.replica] = now;
  if (mine.status === "tombstone") return;
  const actor = `replica-${next.replica}`;
  versions[next.replica as 0 | 1 | 2] =
    next.kind === "delete" ? bury(mine, now, actor) : write(mine, next.edit, now, actor);
}

function at(versions: readonly Fields[], index: number): Fields {
  return versions[index] ?? firstBead;
}

function stampAt(bead: Fields, now: number, actor: string): Stamp {
  let latest: Stamp = [0, 0, ""];
  for (const stamp of readClock(bead._clock)?.values() ?? []) {
    if (compareStamps(stamp, latest) > 0) latest = stamp;
  }
  return now > latest[0] ? [now, 0, actor] : [latest[0], latest[1] + 1, actor];
}

/** As the store writes it: nothing empty, lists in their order. */
function asWritten(bead: Fields): Fields {
  // SAFETY: the edits above make beads; only their static type does not say so.
  return { ...normalizeBead(bead as unknown as Bead) };
}
