/** Upkeep of the repository's packs, off the hot path: after commits, never before their answer. */
import type { Branch } from "../branch/branch.ts";
import { rollUp } from "../branch/consolidate.ts";
import { repackWithGit } from "../branch/repack.ts";
import { AppError } from "../schema/errors.ts";

/** Commits between two looks. The first commit of a process looks, since most processes make one. */
const COMMITS_PER_LOOK = 32;

/** See the file comment. */
export class Upkeep {
  readonly #branch: Branch;
  readonly #refs: readonly string[];
  readonly #report: (error: AppError) => void;
  #commits = 0;
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(branch: Branch, refs: readonly string[], report: (error: AppError) => void) {
    this.#branch = branch;
    this.#refs = refs;
    this.#report = report;
  }

  /** Looks now and then whether there is something to do, and does it in the background. */
  afterCommit(): void {
    if (this.#commits++ % COMMITS_PER_LOOK !== 0 || this.#running !== undefined || this.#failed) return;
    this.#running = this.run()
      .then(() => undefined)
      .catch(error => {
        // The packs are as good as before; trying again at each commit would not help.
        this.#failed = true;
        this.#report(AppError.from(error));
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Does what there is to do. @returns how many packs were rolled up or repacked */
  async run(): Promise<number> {
    const rolled = await rollUp(this.#branch);
    return rolled + (await repackWithGit(this.#branch, this.#refs));
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }
}
