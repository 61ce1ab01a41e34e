/** The index in use: kept at its branch's commit, replaced when it turns out to be unusable. */
import type { Branch } from "../branch/branch.ts";
import { AppError } from "../schema/errors.ts";
import type { BeadIndex } from "./bead-index.ts";
import { type Advance, catchUp, describeAdvance, REBUILD, refreshConfig } from "./catch-up.ts";
import { readHead } from "./meta.ts";
import { currentFile, type IndexSource, openExisting, rebuild } from "./open-index.ts";

const BUSY_ATTEMPTS = 20;
const BUSY_WAIT_MS = 50;
/** Failures that another index, in memory if need be, does not have. */
const REPLACEABLE: readonly string[] = ["corrupt", "forbidden", "storage_io", "storage_full"];

/** Who wants to know of commits. */
export interface AdvanceListener {
  /** False while nobody listens: then nothing is gathered. */
  wanted(): boolean;
  /** @param space 0 for the shared branch, 1 for the local one */
  tell(advance: Advance, space: number): void;
}

/** See the file comment. */
export class LiveIndex {
  readonly #source: IndexSource;
  readonly #listener: AdvanceListener;
  #index: BeadIndex;
  /** Commits up to which the listener was told, by space. */
  readonly #told: (string | undefined)[];
  #turn: Promise<unknown> = Promise.resolve();
  /** What the files of the branches looked like when `poll` brought the index up to them. */
  #looked: string | undefined;

  private constructor(source: IndexSource, index: BeadIndex, listener: AdvanceListener) {
    this.#source = source;
    this.#index = index;
    this.#listener = listener;
    this.#told = source.spaces.map((_, space) => readHead(index.sql, space));
  }

  /** Opens the index, building it when there is none that fits. It may still be behind. */
  static async open(source: IndexSource, listener: AdvanceListener): Promise<LiveIndex> {
    const existing = await openExisting(source);
    const index = existing ?? (await rebuild(source, await currentFile(source)));
    return new LiveIndex(source, index, listener);
  }

  /** The state that reads see now. */
  get now(): BeadIndex {
    return this.#index;
  }

  /** Brings the index to the commits that the branches have now, and tells of what that brought. */
  async refresh(): Promise<void> {
    await this.inTurn(async () => this.catchUp());
  }

  /** As `refresh`, for those who ask again and again: almost free while nobody touches the branches. */
  async poll(): Promise<void> {
    const looks: (string | undefined)[] = [];
    for (const { refs, ref, ports } of this.#source.spaces) looks.push(await refs.look(ref, ports.now()));
    const look = looks.includes(undefined) ? undefined : looks.join("\n");
    if (look !== undefined && look === this.#looked) return;
    await this.refresh();
    this.#looked = look;
  }

  /** Runs a body alone among those that move this index in this process. */
  inTurn<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(body);
    this.#turn = result.catch(() => undefined); // The failure belongs to the caller of this turn, not to the next one.
    return result;
  }

  /** As `refresh`, for those who have the turn. */
  async catchUp(): Promise<void> {
    for (const [space, branch] of this.#source.spaces.entries()) await this.#advance(space, branch);
  }

  /** Runs a read; an index that turns out to be unusable is replaced, and the read is repeated. */
  async read<T>(body: (index: BeadIndex) => T): Promise<T> {
    await this.refresh();
    for (let attempt = 0; ; attempt++) {
      try {
        return body(this.#index);
      } catch (error) {
        if (!(error instanceof AppError) || attempt >= BUSY_ATTEMPTS) throw error;
        if (error.code === "lock_timeout") await this.#source.spaces[0].ports.timers?.sleep(BUSY_WAIT_MS);
        else if (attempt === 0 && REPLACEABLE.includes(error.code)) await this.inTurn(() => this.replace());
        else throw error;
      }
    }
  }

  /**
   * Throws the index away and builds a new one. For those who have the turn.
   * @param apart has another process build it; it is built here when none appears
   */
  async replace(apart?: () => Promise<void>): Promise<void> {
    const old = this.#index;
    const file = await currentFile(this.#source);
    await apart?.();
    const made =
      apart === undefined || (await currentFile(this.#source)) === file
        ? undefined
        : await openExisting(this.#source);
    this.#index = made ?? (await rebuild(this.#source, await currentFile(this.#source)));
    old.sql.close();
  }

  close(): void {
    this.#index.sql.close();
  }

  /** Notes that the listener knows of a commit already, having made it. */
  noteTold(space: number, commit: string): void {
    this.#told[space] = commit;
  }

  async #advance(space: number, branch: Branch): Promise<void> {
    const advance = await this.#move(space, branch);
    const head = readHead(this.#index.sql, space);
    const told = this.#told[space];
    if (head === told || head === undefined) return;
    this.#told[space] = head;
    refreshConfig(this.#index);
    if (!this.#listener.wanted()) return;
    // Processes share the index: another one may have moved it on, wholly or in part.
    const whole = advance?.from === told && advance?.commit === head;
    this.#listener.tell(whole ? advance : await describeAdvance(branch, told, head), space);
  }

  async #move(space: number, branch: Branch): Promise<Advance | undefined> {
    for (let attempt = 0; ; attempt++) {
      try {
        const advance = await catchUp(this.#index, branch, space, branch.ports.now());
        if (advance !== REBUILD) return advance;
        await this.replace();
        return undefined;
      } catch (error) {
        if (!(error instanceof AppError) || attempt >= BUSY_ATTEMPTS) throw error;
        if (error.code === "lock_timeout") await branch.ports.timers?.sleep(BUSY_WAIT_MS);
        else if (attempt === 0 && REPLACEABLE.includes(error.code)) await this.replace();
        else throw error;
      }
    }
  }
}
