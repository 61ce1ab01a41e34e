/** The remote repositories as git has them: branches, what was pushed to them, and what is in the target. */
import type { FakeRemote } from "../town/fake-remote.ts";

/** Commits that an agent pushed and submitted. */
export interface Pushed {
  readonly head: string;
  readonly rig: string;
  readonly branch: string;
  readonly bead: string;
  readonly attempt: number;
  readonly agent: string;
  /** True once the sandbox has said so, in its log. */
  told: boolean;
}

export interface Landed {
  readonly rig: string;
  readonly bead: string;
  readonly mergeRequest: string;
  readonly head: string;
  readonly commit: string;
}

export class Remotes {
  readonly pushed = new Map<string, Pushed>();
  /** Merges that reached a target, in order. */
  readonly landed: Landed[] = [];
  /** `<rig> <branch>` -> heads that it holds, the newest last. */
  readonly #branches = new Map<string, string[]>();
  readonly #archived = new Set<string>();
  readonly #fake: FakeRemote;

  constructor(fake: FakeRemote) {
    this.#fake = fake;
  }

  /** A commit that nobody has pushed yet. */
  commit(): string {
    return this.#fake.commit();
  }

  /** What the sandbox does on `done`: the branch goes on from where it was. */
  push(commits: Pushed): void {
    const key = `${commits.rig} ${commits.branch}`;
    this.pushed.set(commits.head, commits);
    this.#branches.set(key, [...(this.#branches.get(key) ?? []), commits.head]);
  }

  /** Merges a head into its target; one that is there already stays as it is. */
  merge(rig: string, bead: string, mergeRequest: string, head: string): { commit: string; already: boolean } {
    const result = this.#fake.push(rig, bead, head);
    if (!result.already) this.landed.push({ rig, bead, mergeRequest, head, commit: result.commit });
    return result;
  }

  isMerged(rig: string, head: string): boolean {
    return this.#fake.merged.has(`${rig} ${head}`);
  }

  /** Deletes a branch; what of it is in no target is kept under an archive ref. */
  retire(rig: string, branch: string): void {
    const key = `${rig} ${branch}`;
    for (const head of this.#branches.get(key) ?? []) if (!this.isMerged(rig, head)) this.#archived.add(head);
    this.#branches.delete(key);
  }

  /** Submitted commits that nothing holds any more. */
  lost(): string[] {
    const held = new Set([...this.#branches.values()].flat());
    return [...this.pushed.values()]
      .filter(({ head, rig }) => !held.has(head) && !this.#archived.has(head) && !this.isMerged(rig, head))
      .map(({ head }) => head);
  }
}
