/**
 * The table of merge rules: which field merges how when both sides changed it, or when there is no common base.
 * A field that is not here is last-writer-wins, kept as it is (`lwwVerbatim`). `id`, `created_at` and `created_by` never
 * change: beads that differ in them are two beads (`collision.ts`). Deletion is in `merge-beads.ts`.
 */
import { claim } from "./claim.ts";
import { comments } from "./comments.ts";
import { dependencies } from "./dependencies.ts";
import { textQueue, textSet, valueSet } from "./elements.ts";
import { compactionGroup, statusGroup } from "./group.ts";
import { metadata } from "./metadata.ts";
import { notes } from "./notes.ts";
import { lww, lwwText } from "./register.ts";
import type { Rule } from "./rule.ts";

export const RULES: readonly Rule[] = [
  // The later change wins.
  ...["title", "issue_type", "spec_id", "estimated_minutes", "owner", "external_ref", "source_system"].map(
    lww,
  ),
  ...["priority", "due_at"].map(lww),
  // So do flags: an unset flag is a false one with a stamp.
  ...["pinned", "is_template", "ephemeral", "no_history"].map(lww),
  // The later change wins, and the text that lost is archived.
  ...["description", "design", "acceptance_criteria"].map(lwwText),
  // Appends of both sides are kept; a rewrite is a later change that wins.
  notes,
  // One group: closing beats a concurrent change that is no reopening, else the later change wins.
  statusGroup(["status", "started_at", "closed_at", "close_reason", "closed_by_session", "defer_until"]),
  // The earliest of concurrent claims wins.
  claim,
  // Sets: additions of both sides; removed is what a side removed and the other did not touch.
  ...["labels", "aliases"].map(textSet),
  textQueue("waiters"),
  valueSet("bonded_from"),
  // The same keyed by target, and one parent, the later.
  dependencies,
  // Grows only; edits and deletions override.
  comments,
  // Key by key, the later change wins.
  metadata,
  // One group: the greatest level wins.
  compactionGroup(["compaction_level", "compacted_at", "compacted_at_commit", "original_size"]),
];
