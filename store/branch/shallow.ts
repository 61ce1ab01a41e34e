/** The commits at which a shallow clone ends: git lists them in `shallow`, and their parents count as not there. */
import { fromUtf8 } from "./bytes.ts";
import type { StoreFs } from "./ports.ts";

/** Reads the list; again only when its file changed. */
export class ShallowReader {
  readonly #fs: StoreFs;
  readonly #path: string;
  #known: { readonly version: string; readonly cuts: ReadonlySet<string> } | undefined;

  constructor(fs: StoreFs, commonDir: string) {
    this.#fs = fs;
    this.#path = `${commonDir}/shallow`;
  }

  /** Ids of the commits; empty for a full clone. @throws {AppError} storage_io */
  async cuts(): Promise<ReadonlySet<string>> {
    const info = await this.#fs.info(this.#path);
    if (info === undefined) return NONE;
    const version = `${info.inode}:${info.mtimeMs}:${info.size}`;
    if (this.#known?.version !== version) {
      const text = fromUtf8((await this.#fs.read(this.#path)) ?? new Uint8Array());
      this.#known = { version, cuts: new Set(text.split("\n").filter(line => line !== "")) };
    }
    return this.#known.cuts;
  }
}

const NONE: ReadonlySet<string> = new Set();
