/**
 * Merging beads: how it works, and why it always comes to the same bytes.
 *
 * **A bead is a state in a semilattice.** Each field, or entry of a list or map, is a small register with a stamp of a
 * hybrid logical clock (`_clock`), and two states are merged by taking the greater register for each, in a total order
 * of (stamp, content) or one that a rule refines (`rules.ts` is the table). Every such join is commutative, associative
 * and idempotent, so the whole is: machines may merge in any order, again and again, and agree. Property tests hold
 * this for any files whatever, byte for byte. Nothing in a merge depends on the time of day, on the machine or on who
 * is "ours"; `updated_at` is the maximum, never now.
 *
 * Rules that look like exceptions are total orders too:
 * - the status group is ordered by when the bead last went in or out of "closed", then by the last change. So closing
 *   beats a concurrent change that is no reopening, and a reopening beats what it saw;
 * - a claim is ordered by round (the last release or hand-over), then the *earlier* claim wins;
 * - an entry that was removed leaves the stamp of what was removed, and removes just that: what others added or changed
 *   meanwhile has a later stamp and stays;
 * - notes are a text with appended pieces, each with a stamp; the pieces are a set;
 * - a deletion is a stamp beside the content. The bead is dead while nothing in it is later. A tombstone that met a
 *   concurrent edit keeps the content it met, so that an edit which is later still finds everything.
 * Unstamped means "since birth"; birth has a stamp of its own (`created_at` in `_clock`).
 *
 * **The base is an accelerator, and an interpreter for writers without stamps.** As every change moves its stamps up,
 * a side that equals the base is older in everything: the other side is taken whole, which is what keeps a merge as
 * small as what changed. A file that a foreign tool or a person edited has changed values under old stamps: compared
 * with the base, these get a stamp (`updated_at`, but after all that the base has) before the join. Without a base, a
 * bead without any clock counts as written whole at its `updated_at`. The base also tells which losing texts are no loss
 * because history has them.
 *
 * **Trees** (`merge-trees.ts`) are merged where they differ. Absence is never a deletion. Two beads with one id part
 * ways (`collision.ts`). Files that are no beads are carried; of two that differ one is kept and the other archived. A
 * cycle of blocking edges that neither side had is opened at its youngest edge, which is an edit like any other.
 * The merge commit follows from its two parents alone, so two machines that merge the same pair make the same commit.
 *
 * What is *not* the same in every order of three concurrent merges: who breaks a cycle first, and whether a tombstone is
 * the small one. Both come to the same when the results meet, for these too are stamped.
 */

export { type Relation, relate } from "./merge-base.ts";
export { mergeBeads, restampBead } from "./merge-beads.ts";
export { type CommitMerge, mergeCommits, mergeSignature } from "./merge-commits.ts";
export { mergeTrees } from "./merge-trees.ts";
export type { TreeReport } from "./tree-report.ts";
