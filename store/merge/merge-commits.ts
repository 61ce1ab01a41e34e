/** Merges two commits of the bead branch into a commit that is the same wherever it is made. */
import type { AddedCommit, Branch } from "../branch/branch.ts";
import type { Signature } from "../branch/objects.ts";
import { mergeTrees, type TreeMerge } from "./merge-trees.ts";
import type { TreeReport } from "./tree-report.ts";

/** A merge commit that was added to the branch. */
export interface CommitMerge {
  readonly added: AddedCommit;
  readonly report: TreeReport;
}

/**
 * Adds the merge of the branch's commit with another one. Author, time, parents and message follow from the two commits
 * alone, so that two machines which merge the same two make the same commit.
 * @param ours what the branch holds now
 * @param base the commit that both came from
 * @returns undefined when the branch moved meanwhile
 * @throws {AppError} corrupt, storage_full, storage_io, lock_timeout
 */
export async function mergeCommits(
  branch: Branch,
  ours: string,
  theirs: string,
  base: string | undefined,
): Promise<CommitMerge | undefined> {
  const merge = await mergeTrees({ branch, ours, theirs, base });
  const [a, b] = await Promise.all([branch.readCommit(ours), branch.readCommit(theirs)]);
  const added = await branch.writeCommit({
    expected: ours,
    parents: [ours, theirs].sort(),
    onto: ours,
    changes: merge.changes,
    author: mergeSignature(Math.max(a.committer.time, b.committer.time)),
    message: mergeMessage(merge),
    force: true,
  });
  return added === undefined ? undefined : { added, report: merge.report };
}

/** Who merges, at an instant in epoch seconds. */
export function mergeSignature(time: number): Signature {
  return { name: "gastown", email: "gastown@gastown.invalid", time, zone: "+0000" };
}

function mergeMessage({ report }: TreeMerge): string {
  const lines = [
    ...report.collisions.map(
      each => `${each.renamed_to} had the id ${each.id}, which another bead had first.`,
    ),
    ...report.claims.map(
      each => `${each.id}: the claim of ${each.loser} came after that of ${each.winner ?? "nobody"}.`,
    ),
    ...report.archived.map(each => `${each.id}: the ${each.field} that lost is kept as ${each.path}.`),
    ...report.revived.map(id => `${id} was deleted, and changed later: it lives.`),
    ...report.buried.map(id => `${id} was changed, and deleted later: it stays deleted.`),
    ...report.restored.map(id => `${id} was gone without a tombstone, and is back.`),
    ...report.unblocked.map(
      each => `${each.id} no longer waits for ${each.depends_on_id}, which waits for it.`,
    ),
    ...report.unreadable.map(each => `${each.path} can not be read; it is kept as ${each.kept}.`),
  ];
  const count = report.merged.length;
  const subject = `Merge two lines of beads${count === 0 ? "" : `; both had changed ${count}`}`;
  return lines.length === 0 ? `${subject}\n` : `${subject}\n\n${lines.join("\n")}\n`;
}
