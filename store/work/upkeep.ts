/** Upkeep of the repository's packs, off the hot path: after commits, never before their answer. */
import type { Branch } from "../branch/branch.ts";
import { rollUp } from "../branch/consolidate.ts";
import { REPACK_BYTES, repackWithGit } from "../branch/repack.ts";
import { AppError } from "../schema/errors.ts";

/** Commits between two looks. The first commit of a process looks, since most processes make one. */
const COMMITS_PER_LOOK = 32;
/** With more units of work than this in each commit, nothing is compressed meanwhile. */
const CROWD = 4;
/** Compressing costs as much as the commits did, so it waits until they pause for so long ... */
const PAUSE_MS = 5_000;
/** ... or until so much has piled up. */
const URGENT_BYTES = 16 * REPACK_BYTES;

/** See the file comment. */
export class Upkeep {
  readonly #branch: Branch;
  readonly #refs: readonly string[];
  readonly #report: (error: AppError) => void;
  #commits = 0;
  #changes = 0;
  #running: Promise<void> | undefined;
  #cancelPause: (() => void) | undefined;
  #failed = false;

  constructor(branch: Branch, refs: readonly string[], report: (error: AppError) => void) {
    this.#branch = branch;
    this.#refs = refs;
    this.#report = report;
  }

  /**
   * Looks now and then whether there is something to do, and does it in the background.
   * @param changes units of work that shared the commit
   */
  afterCommit(changes: number): void {
    this.#changes += changes;
    this.#cancelPause?.();
    this.#cancelPause = this.#branch.ports.timers?.after(PAUSE_MS, () => this.#start(REPACK_BYTES));
    if (this.#commits++ % COMMITS_PER_LOOK !== 0) return;
    // Where many share a commit, it costs each of them little room, and they are in a hurry.
    this.#start(URGENT_BYTES, this.#changes < COMMITS_PER_LOOK * CROWD);
    this.#changes = 0;
  }

  /** Does what is left to do after the last commit, and resolves when nothing runs. */
  async finish(): Promise<void> {
    this.#cancelPause?.();
    await this.#running;
    if (this.#commits > 0) this.#start(REPACK_BYTES);
    await this.#running;
  }

  #start(repackBytes: number, compress = true): void {
    if (this.#running !== undefined || this.#failed) return;
    this.#running = this.#run(repackBytes, compress)
      .catch(error => {
        // The packs are as good as before; trying again at each commit would not help.
        this.#failed = true;
        this.#report(AppError.from(error));
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #run(repackBytes: number, compress: boolean): Promise<void> {
    await rollUp(this.#branch, { compress });
    await repackWithGit(this.#branch, this.#refs, repackBytes);
  }
}
