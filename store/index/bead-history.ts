/** What became of one bead over the commits of its branch, and how it was at one of them. */
import type { BeadVersion } from "../api.ts";
import type { Branch } from "../branch/branch.ts";
import { parseEvents } from "../branch/commit-message.ts";
import { beadPath } from "../branch/layout.ts";
import type { CommitData } from "../branch/objects.ts";
import { parseBeadFile } from "../model/bead-file.ts";
import type { Bead } from "../schema/bead.ts";
import { AppError, hasCode } from "../schema/errors.ts";
import { withoutClock } from "./overlay.ts";

/** The commits that changed a bead, newest first. Of a merge, the side that the bead came from is followed, as git does. */
export async function beadHistory(
  branch: Branch,
  id: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<BeadVersion[]> {
  const path = beadPath(id).split("/");
  const lookUp = new FileLookUp(branch, path);
  const versions: BeadVersion[] = [];
  const seen = new Set<string>();
  const queue = [await branch.head()];
  while (queue.length > 0 && versions.length < limit) {
    const oid = queue.shift();
    if (oid === undefined || seen.has(oid)) continue;
    seen.add(oid);
    const commit = await branch.readCommit(oid);
    const own = await lookUp.find(commit);
    const parents = await Promise.all(commit.parents.map(parent => branch.readCommit(parent)));
    const before = await Promise.all(parents.map(parent => lookUp.find(parent)));
    const same = before.indexOf(own);
    if (same >= 0) {
      queue.push(commit.parents[same]);
      continue;
    }
    if (own !== undefined || parents.length > 0) versions.push(await version(branch, id, oid, commit, own));
    queue.push(...commit.parents);
  }
  return versions;
}

/**
 * The states of a bead on several branches, each newest first, as one history. A bead that goes from one branch to another
 * is taken from the first by a commit of the same name and time, which is left out: it deletes nothing.
 */
export function inOneLine(lists: readonly (readonly BeadVersion[])[]): BeadVersion[] {
  const all = lists.flat();
  const rest = lists.map(list => list.filter(version => !isMove(version, all)));
  const merged: BeadVersion[] = [];
  for (;;) {
    const [next] = rest.filter(list => list.length > 0).sort(byAge);
    const version = next?.shift();
    if (version === undefined) return merged;
    merged.push(version);
  }
}

function isMove(gone: BeadVersion, all: readonly BeadVersion[]): boolean {
  if (gone.bead !== undefined) return false;
  return all.some(
    other => other.bead !== undefined && other.at === gone.at && other.subject === gone.subject,
  );
}

/** Commits have whole seconds; within one, the beads know more. */
function byAge([a]: readonly BeadVersion[], [b]: readonly BeadVersion[]): number {
  return newest(b) - newest(a);
}

function newest(version: BeadVersion | undefined): number {
  if (version === undefined) return 0;
  const second = Date.parse(version.at);
  const exact = Date.parse(version.bead?.updated_at ?? "");
  return exact >= second && exact < second + 1000 ? exact : second;
}

/**
 * A bead as it was at a revision, on the first of the branches that had it then.
 * @throws {AppError} not_found (the first branch has no such revision), ambiguous
 */
export async function beadAsOf(
  branches: readonly Branch[],
  id: string,
  revision: string,
): Promise<Bead | undefined> {
  for (const [at, branch] of branches.entries()) {
    const commit = await resolveRevision(branch, revision).catch((error: unknown) => {
      if (at === 0 || !hasCode(error, "not_found")) throw error;
    });
    const bead = commit === undefined ? undefined : await beadAt(branch, id, commit);
    if (bead !== undefined) return bead;
  }
  return undefined;
}

/** A bead in a commit; undefined when it is not there, deleted, or can not be read. */
async function beadAt(branch: Branch, id: string, commit: string): Promise<Bead | undefined> {
  const file = await branch.findFile(commit, beadPath(id));
  return file === undefined ? undefined : readBead(branch, id, file.oid);
}

/**
 * The commit that a text names: an id or the start of one, a ref or the end of its name, `<ref>~<n>`, or an instant (the
 * last commit of the branch until then).
 * @throws {AppError} not_found, ambiguous
 */
async function resolveRevision(branch: Branch, text: string): Promise<string> {
  const [, name = text, steps = "0"] = /^(.+?)~(\d+)$/.exec(text) ?? [];
  let oid = await resolveName(branch, name);
  for (let step = Number(steps); step > 0; step--) {
    const [parent] = (await branch.readCommit(oid)).parents;
    if (parent === undefined) throw unknownRevision(text);
    oid = parent;
  }
  return oid;
}

async function resolveName(branch: Branch, name: string): Promise<string> {
  for (const ref of [
    name,
    `refs/${name}`,
    `refs/heads/${name}`,
    `refs/tags/${name}`,
    `refs/remotes/${name}`,
  ]) {
    if (!ref.startsWith("refs/") || ref.includes("..")) continue;
    const { oid } = await branch.refs.resolve(ref);
    if (oid !== undefined) return oid;
  }
  if (/^[0-9a-f]{4,40}$/i.test(name)) {
    const commits: string[] = [];
    for (const oid of await branch.objects.startingWith(name.toLowerCase())) {
      if ((await branch.objects.find(oid))?.type === "commit") commits.push(oid);
    }
    const [only] = commits;
    if (only !== undefined && commits.length === 1) return only;
    if (commits.length > 1) {
      throw new AppError("ambiguous", `${name} is the start of ${commits.length} commits.`, {
        hint: "Give more of the commit id.",
        data: { matches: commits },
      });
    }
  }
  const instant = Date.parse(name);
  if (!Number.isNaN(instant) && /^\d{4}-\d{2}-\d{2}/.test(name)) return commitUntil(branch, name, instant);
  throw unknownRevision(name);
}

async function commitUntil(branch: Branch, name: string, instant: number): Promise<string> {
  let oid = await branch.head();
  while (oid !== undefined) {
    const commit = await branch.readCommit(oid);
    if (commit.committer.time * 1000 <= instant) return oid;
    [oid] = commit.parents;
  }
  throw unknownRevision(name);
}

function unknownRevision(text: string): AppError {
  return new AppError("not_found", `${text} names no commit here.`, {
    hint: "Give a commit id of `bd history` or `git log`, a ref, or a date.",
    data: { revision: text },
  });
}

async function version(
  branch: Branch,
  id: string,
  oid: string,
  commit: CommitData,
  blob: string | undefined,
): Promise<BeadVersion> {
  return {
    commit: oid,
    author: commit.author.name,
    at: new Date(commit.author.time * 1000).toISOString(),
    subject: commit.message.split("\n", 1)[0] ?? "",
    bead: blob === undefined ? undefined : await readBead(branch, id, blob),
    events: parseEvents(commit.message).filter(event => event.id === id),
  };
}

async function readBead(branch: Branch, id: string, blob: string): Promise<Bead | undefined> {
  const object = await branch.objects.find(blob);
  if (object?.type !== "blob") return undefined;
  const parsed = parseBeadFile(beadPath(id), "100644", object.data);
  return parsed.kind === "bead" ? withoutClock(parsed.bead) : undefined;
}

/** Finds one path in many commits; folders that two commits share are looked into once. */
class FileLookUp {
  readonly #branch: Branch;
  readonly #path: readonly string[];
  readonly #known = new Map<string, string | undefined>();

  constructor(branch: Branch, path: readonly string[]) {
    this.#branch = branch;
    this.#path = path;
  }

  async find(commit: CommitData): Promise<string | undefined> {
    let oid: string | undefined = commit.tree;
    for (const [depth, name] of this.#path.entries()) {
      if (oid === undefined) return undefined;
      const key: string = `${depth}:${oid}`;
      if (!this.#known.has(key)) {
        const entries = await this.#branch.objects.readTree(oid);
        this.#known.set(key, entries.find(entry => entry.name === name)?.oid);
      }
      oid = this.#known.get(key);
    }
    return oid;
  }
}
