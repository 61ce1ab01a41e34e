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

export class Remotes {
  readonly pushed = new Map<string, Pushed>();
  /** `<rig> <branch>` -> heads that it holds, the newest last. */
  readonly #branches = new Map<string, string[]>();
  readonly #others = new Set<string>();
  readonly #archived = new Set<string>();
  readonly #fake: FakeRemote;

  constructor(fake: FakeRemote) {
    this.#fake = fake;
  }

  /** Merges that reached a target, in order: by the refinery, or on the forge. */
  get landed(): FakeRemote["pushes"] {
    return this.#fake.pushes;
  }

  /** True for a commit that somebody pushed, or that a merge made. */
  has(head: string): boolean {
    return (
      this.pushed.has(head) || this.#others.has(head) || this.landed.some(({ commit }) => commit === head)
    );
  }

  /** Somebody else pushes to a branch. */
  pushedByPerson(branch: string, head: string): void {
    this.#others.add(head);
    this.#fake.heads.set(branch, head);
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
    this.#fake.heads.set(commits.branch, commits.head);
  }

  /** Merges a head into its target; one that is there already stays as it is. */
  merge(rig: string, bead: string, head: string): { commit: string; already: boolean } {
    return this.#fake.push(rig, bead, head);
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
