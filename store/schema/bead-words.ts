/** The words and limits of beads, without the schemas: a command that only reads starts faster without zod. */

/** Length limits, in UTF-8 bytes. */
export const MAX_TITLE_BYTES = 500;
export const MAX_TEXT_BYTES = 1_048_576;

/** What a status means for scheduling. */
export const STATUS_CATEGORY = {
  open: "active",
  in_progress: "wip",
  blocked: "wip",
  hooked: "wip",
  in_review: "wip",
  deferred: "frozen",
  pinned: "frozen",
  closed: "done",
  failed: "done",
} as const;

/** Statuses that every store knows; a store may define more in its configuration. */
export type BuiltInStatus = keyof typeof STATUS_CATEGORY;
export type StatusCategory = "active" | "wip" | "frozen" | "done" | "unspecified";

/** Types that every store knows; a store may define more in its configuration. */
export const BUILT_IN_TYPES = [
  "task",
  "bug",
  "feature",
  "epic",
  "chore",
  "decision",
  "spike",
  "story",
  "milestone",
  "message",
  "escalation",
  "merge-request",
  "convoy",
  "molecule",
  "step",
  "agent",
  "gate",
  "event",
  "role",
  "rig",
  "town",
  "slot",
] as const;
export type BuiltInType = (typeof BUILT_IN_TYPES)[number];

/** Other words for types. */
export const TYPE_ALIASES: Readonly<Record<string, string>> = {
  enhancement: "feature",
  feat: "feature",
  dec: "decision",
  adr: "decision",
  investigation: "spike",
  timebox: "spike",
  "user-story": "story",
  ms: "milestone",
  mr: "merge-request",
  mol: "molecule",
};

/** Types that no polecat is given: plans, and the town's own records. The town's counts leave them out too. */
export const NO_POLECAT_TYPES: readonly string[] = [
  "epic",
  "milestone",
  "message",
  "escalation",
  "merge-request",
  "convoy",
  "molecule",
  "step",
  "agent",
  "gate",
  "event",
  "role",
  "rig",
  "town",
  "slot",
];

/** The well-known dependency types; only the first four affect readiness. */
export const DEPENDENCY_TYPES = [
  "blocks",
  "parent-child",
  "conditional-blocks",
  "waits-for",
  "related",
  "discovered-from",
  "replies-to",
  "relates-to",
  "duplicates",
  "supersedes",
  "authored-by",
  "assigned-to",
  "approved-by",
  "attests",
  "tracks",
  "until",
  "caused-by",
  "validates",
  "delegated-from",
] as const;
