/** The port `repo`: what the town itself does with the git repositories of its rigs. See `actors/ports.ts` for its methods. */
import type { z } from "zod";
import { parseArgs } from "../../../../actors/kernel/failures.ts";
import type { Port } from "../../../../actors/kernel/host.ts";
import { repoPortMethods } from "../../../../actors/ports.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { createKeyedLock } from "../keyed-lock.ts";
import type { BunTownPaths } from "../town-paths.ts";
import { contains, retireBranch, retireLocalBranch } from "./branches.ts";
import { cloneRepository } from "./clone.ts";
import { createGit, type Git } from "./git.ts";
import { removeWorktree } from "./remove-worktree.ts";

type Args<K extends keyof typeof repoPortMethods> = z.infer<(typeof repoPortMethods)[K]>;

/** The bead stores of the rigs, as far as the port has to do with them. */
export interface RigStores {
  /** @throws {AppError} already_exists when the prefix belongs to another store */
  checkPrefix(rig: string, prefix: string): void;
  /** Makes the bead branch in a repository that is not in its place yet. @throws {AppError} conflict when it has one with another prefix */
  prepare(gitDir: string, prefix: string): Promise<void>;
  /** Takes the rig's store into the town's ledger; once is enough. */
  open(rig: string, gitDir: string): Promise<void>;
}

export interface RepoPortOptions {
  readonly paths: BunTownPaths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stores: RigStores;
}

const RIG = /^[a-z][a-z0-9_-]{0,31}$/;

/** One piece of work at a time per rig; fetches of the same repository would only wait for each other's locks. */
export function createRepoPort(options: RepoPortOptions): Port {
  const { paths, env, stores } = options;
  const lock = createKeyedLock();

  const existing = (rig: string): Git => createGit(paths.repo(rig), env);

  const clone = async (rig: string, { git_url, prefix }: Args<"clone">) => {
    stores.checkPrefix(rig, prefix);
    const cloned = await cloneRepository({
      path: paths.repo(rig),
      git_url,
      env,
      prepareBeads: gitDir => stores.prepare(gitDir, prefix),
    });
    await stores.open(rig, cloned.path);
    return cloned;
  };

  return {
    async call(rig, method, args) {
      if (!RIG.test(rig))
        throw new AppError("invalid_argument", `"${rig.slice(0, 80)}" is no name of a rig.`);
      const parse = <K extends keyof typeof repoPortMethods>(key: K): Args<K> =>
        // SAFETY: `parseArgs` answers what this schema makes of the argument.
        parseArgs(repoPortMethods[key], args, `repo:${rig}`, method) as Args<K>;
      switch (method) {
        case "clone":
          return lock(rig, () => clone(rig, parse("clone")));
        case "contains": {
          const { commit, branch } = parse("contains");
          return lock(rig, () => contains(existing(rig), commit, branch));
        }
        case "retireBranch": {
          const { branch, contained_in, local } = parse("retireBranch");
          const retire = local ? retireLocalBranch : retireBranch;
          return lock(rig, () => retire(existing(rig), branch, contained_in));
        }
        case "removeWorktree": {
          const { path } = parse("removeWorktree");
          return lock(rig, () => removeWorktree(existing(rig), paths.worktrees, path));
        }
        default:
          throw new AppError("method_not_allowed", `The port repo has no method ${method}.`);
      }
    },
  };
}
