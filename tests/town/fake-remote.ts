/** The remote repositories, as far as a town notices: what was pushed, what is in the target, and who merges when. */
export interface Merge {
  readonly rig: string;
  readonly mergeRequest: string;
  readonly run: number;
  readonly from: number;
  to: number | undefined;
}

export class FakeRemote {
  /** Heads that are in a rig's target branch: `<rig> <head>` -> merge commit. */
  readonly merged = new Map<string, string>();
  /** Order of the merges that reached a target branch. */
  readonly pushes: {
    readonly rig: string;
    readonly bead: string;
    readonly head: string;
    readonly commit: string;
  }[] = [];
  /** Merge runs, from start to end. */
  readonly merges: Merge[] = [];
  /** Heads of the branches that were pushed. */
  readonly heads = new Map<string, string>();
  readonly retired: { readonly rig: string; readonly branch: string }[] = [];
  readonly #now: () => number;
  #commits = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A commit id. */
  commit(): string {
    this.#commits += 1;
    return this.#commits.toString(16).padStart(40, "c");
  }

  /** Pushes a merge to the target; a head that is there already stays as it is. */
  push(rig: string, bead: string, head: string): { readonly commit: string; readonly already: boolean } {
    const key = `${rig} ${head}`;
    const known = this.merged.get(key);
    if (known !== undefined) return { commit: known, already: true };
    const commit = this.commit();
    this.merged.set(key, commit);
    this.pushes.push({ rig, bead, head, commit });
    return { commit, already: false };
  }

  begin(rig: string, mergeRequest: string, run: number): Merge {
    const merge: Merge = { rig, mergeRequest, run, from: this.#now(), to: undefined };
    this.merges.push(merge);
    return merge;
  }

  end(merge: Merge): void {
    merge.to = this.#now();
  }

  retire(rig: string, args: unknown): null {
    // SAFETY: the one caller sends what `repoPortMethods.retireBranch` says.
    const { branch } = args as { branch: string };
    this.retired.push({ rig, branch });
    return null;
  }
}
