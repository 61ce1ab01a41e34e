/** Brings what came from a remote into the local branch. */
import type { Branch } from "../branch/branch.ts";
import { fromUtf8 } from "../branch/bytes.ts";
import { BEADS_FOLDER, CONFIG_PATH } from "../branch/layout.ts";
import {
  mergeCommits,
  mergeSignature,
  mergeTrees,
  type Relation,
  relate,
  type TreeReport,
} from "../merge/index.ts";
import { parseConfig } from "../model/config.ts";
import { AppError } from "../schema/errors.ts";

/** What became of the local branch. */
export interface Integrated {
  /** Commit of the local branch now. */
  readonly commit: string;
  readonly merge: string | undefined;
  readonly report: TreeReport | undefined;
}

/**
 * Fast-forwards or merges the local branch with a commit of the remote.
 * @param relation of `ours` to `theirs`
 * @returns undefined when the local branch moved meanwhile
 * @throws {AppError} corrupt, storage_full, storage_io, lock_timeout
 */
export async function integrate(
  branch: Branch,
  ours: string | undefined,
  theirs: string,
  relation: Relation | undefined,
): Promise<Integrated | undefined> {
  if (ours !== undefined && relation?.base === theirs)
    return { commit: ours, merge: undefined, report: undefined };
  if (ours === undefined || relation?.base === ours) {
    const moved = await branch.moveTo(theirs, ours, mergeSignature(seconds(branch)), "sync: fast-forward");
    return moved ? { commit: theirs, merge: undefined, report: undefined } : undefined;
  }
  const merged = await mergeCommits(branch, ours, theirs, relation?.base);
  if (merged === undefined) return undefined;
  return { commit: merged.added.commit, merge: merged.added.commit, report: merged.report };
}

/**
 * Follows a remote whose history was rewritten: the local branch becomes the remote's commit, with the changes on top that
 * were made here since the remote was last seen. What the rewrite took away stays away, unless it was changed here.
 * The local state as it was stays under the ref `backup`.
 * @param seen where the remote was when it was last seen
 * @returns undefined when the local branch moved meanwhile
 */
export async function followRewrite(
  branch: Branch,
  ours: string,
  theirs: string,
  seen: string,
  backup: string,
): Promise<Integrated | undefined> {
  const who = mergeSignature(seconds(branch));
  const kept = await branch.sibling(backup).moveTo(ours, undefined, who, "sync: before a rewritten remote");
  if (!kept) return undefined;
  const since = await relate(branch, ours, seen);
  if (since.base === ours) {
    const moved = await branch.moveTo(theirs, ours, who, "sync: rewritten remote");
    return moved ? { commit: theirs, merge: undefined, report: undefined } : undefined;
  }
  const merge = await mergeTrees({ branch, ours: theirs, theirs: ours, base: since.base, rewritten: true });
  const added = await branch.writeCommit({
    expected: ours,
    parents: [theirs],
    onto: theirs,
    changes: merge.changes,
    author: who,
    message: "Put the changes of this machine on the rewritten history of the remote\n",
    force: true,
  });
  return added === undefined
    ? undefined
    : { commit: added.commit, merge: added.commit, report: merge.report };
}

/**
 * Makes sure that a commit is one of a bead branch that this version can write.
 * @throws {AppError} unprocessable (something else is on that branch), not_supported (a newer format), corrupt
 */
export async function checkBeadBranch(branch: Branch, commit: string, where: string): Promise<void> {
  const config = await branch.readFile(commit, CONFIG_PATH);
  if (config === undefined) {
    const tree = await branch.objects.readTree((await branch.readCommit(commit)).tree);
    if (tree.some(entry => entry.name === BEADS_FOLDER) || tree.length === 0) return;
    throw new AppError(
      "unprocessable",
      `${where} is no bead branch: it has neither ${CONFIG_PATH} nor ${BEADS_FOLDER}/.`,
      {
        hint: "Keep beads on another branch, or rename the one on the remote.",
      },
    );
  }
  try {
    parseConfig(fromUtf8(config));
  } catch (error) {
    // Damaged settings are carried like any damaged file; those of a newer version must not be touched.
    if (error instanceof AppError && error.code === "not_supported") throw error;
  }
}

function seconds(branch: Branch): number {
  return Math.floor(branch.ports.now() / 1000);
}
