/** A remote that is reached by the git program: ssh, files, anything that git knows. */
import type { Branch } from "../branch/branch.ts";
import { fromUtf8 } from "../branch/bytes.ts";
import { AppError } from "../schema/errors.ts";
import { gitFailure } from "./git-failure.ts";
import type { GitResult, RemoteGit } from "./ports.ts";
import { refusedPush } from "./refused-push.ts";
import type { Push, PushOutcome, Transport } from "./transport.ts";

/** No hooks, no background upkeep: the user asked for neither. */
const QUIET = ["-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false"];
/** Beyond any history; what `--unshallow` means, for one ref. */
const ALL_COMMITS = "--depth=2147483647";

/** What a remote is to the git program. */
export interface GitRemote {
  /** Its name in the configuration, or its URL. */
  readonly name: string;
  /** The branch there, e.g. "refs/heads/beads". */
  readonly ref: string;
  /** The repository fetches missing objects only when they are needed (a partial clone). */
  readonly partial: boolean;
}

/** See the file comment. */
export function createGitTransport(branch: Branch, git: RemoteGit, remote: GitRemote): Transport {
  const { gitDir } = branch.repository;
  const run = (
    args: readonly string[],
    signal: AbortSignal | undefined,
    input?: string,
  ): Promise<GitResult> => git.run(gitDir, [...QUIET, ...args], { signal, input });

  const listHead = async (signal: AbortSignal | undefined): Promise<string | undefined> => {
    const result = await run(["ls-remote", "--quiet", "--end-of-options", remote.name, remote.ref], signal);
    if (result.code !== 0) throw gitFailure("read", remote.name, result);
    const line = fromUtf8(result.stdout)
      .split("\n")
      .find(each => each.endsWith(`\t${remote.ref}`));
    return line?.slice(0, 40);
  };

  /** False when the remote has no such branch. */
  const fetchOnce = async (into: string, extra: readonly string[], signal: AbortSignal | undefined) => {
    const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap="];
    const spec = `+${remote.ref}:${into}`;
    const result = await run(["fetch", ...flags, ...extra, "--end-of-options", remote.name, spec], signal);
    if (/couldn't find remote ref/.test(result.stderr)) return false;
    if (result.code !== 0) throw gitFailure("fetch from", remote.name, result);
    return true;
  };

  /** True when objects of the commits between are missing, as in a partial clone. */
  const lacksObjects = async (tip: string, have: readonly string[], signal: AbortSignal | undefined) => {
    const revisions = [tip, ...have.map(oid => `^${oid}`)].join("\n");
    const args = ["rev-list", "--objects", "--missing=print", "--stdin"];
    const result = await run(args, signal, `${revisions}\n`);
    if (result.code !== 0) throw gitFailure("check what came from", remote.name, result);
    return fromUtf8(result.stdout)
      .split("\n")
      .some(line => line.startsWith("?"));
  };

  return {
    head: listHead,

    async fetch(into, have, signal) {
      if (!(await fetchOnce(into, [], signal))) return undefined;
      const cuts = await branch.shallow.cuts();
      let tip = await branch.sibling(into).head();
      if (tip !== undefined && cuts.size > 0 && (await isCut(branch, tip, have, cuts))) {
        await fetchOnce(into, [ALL_COMMITS], signal);
      }
      tip = await branch.sibling(into).head();
      if (tip !== undefined && remote.partial && (await lacksObjects(tip, have, signal))) {
        await fetchOnce(into, ["--no-filter", "--refetch"], signal);
        if (await lacksObjects(tip, have, signal)) throw partialClone(remote.name);
      }
      return branch.sibling(into).head();
    },

    async push({ commit, expected }: Push, signal): Promise<PushOutcome> {
      const lease = `--force-with-lease=${remote.ref}:${expected ?? ""}`;
      const flags = ["--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", lease];
      const args = ["push", ...flags, "--end-of-options", remote.name, `${commit}:${remote.ref}`];
      const result = await run(args, signal);
      if (result.code === 0) return "done";
      const refusal = /^!\t\S+\t(.*)$/m.exec(fromUtf8(result.stdout))?.[1];
      if (refusal === undefined) throw gitFailure("push to", remote.name, result);
      // The remote tells a race in many ways; what it holds now tells it for sure.
      if (/^\[rejected\]/.test(refusal) || (await listHead(signal)) !== expected) return "raced";
      if (/lock/.test(refusal)) return "raced";
      throw refusedPush(remote.name, refusal, result.stderr);
    },
  };
}

/** True when the history of a commit ends early because the clone is shallow. */
async function isCut(
  branch: Branch,
  tip: string,
  have: readonly string[],
  cuts: ReadonlySet<string>,
): Promise<boolean> {
  const seen = new Set([tip, ...have]);
  const queue = [tip];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (cuts.has(oid)) return true;
    for (const parent of (await branch.readCommit(oid)).parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      queue.push(parent);
    }
  }
  return false;
}

function partialClone(remote: string): AppError {
  return new AppError("not_supported", `This is a partial clone, and ${remote} did not send all beads.`, {
    hint: "Fetch them with `git fetch --refetch --no-filter`, or sync in a full clone.",
  });
}
