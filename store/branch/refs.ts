/** Reads refs: loose files and packed-refs, as git does. */
import { AppError } from "../schema/errors.ts";
import { fromUtf8 } from "./bytes.ts";
import type { StoreFs } from "./ports.ts";

const OID = /^[0-9a-f]{40}$/;
const OID_LENGTH = 40;
const MAX_SYMREF_DEPTH = 5;
/** Two changes of a file within this time may leave it with the same times, as far as a file system tells them apart. */
const SETTLED_MS = 2_000;

/** A ref after following symbolic refs. */
export interface ResolvedRef {
  /** The ref that holds the id itself. */
  readonly name: string;
  /** Undefined when it does not exist. */
  readonly oid: string | undefined;
}

/** Reads the refs of one repository; the packed ones are read again only when their file changed. */
export class RefReader {
  readonly #fs: StoreFs;
  readonly #commonDir: string;
  #packed: { readonly version: string; readonly refs: ReadonlyMap<string, string> } | undefined;

  constructor(fs: StoreFs, commonDir: string) {
    this.#fs = fs;
    this.#commonDir = commonDir;
  }

  /** @throws {AppError} corrupt, storage_io */
  async resolve(ref: string): Promise<ResolvedRef> {
    let name = ref;
    for (let depth = 0; depth < MAX_SYMREF_DEPTH; depth++) {
      const file = await this.#fs.read(`${this.#commonDir}/${name}`);
      if (file === undefined) return { name, oid: (await this.packed()).get(name) };
      const text = fromUtf8(file).trim();
      if (text.startsWith("ref:")) {
        name = text.slice(4).trim();
        continue;
      }
      if (!OID.test(text)) throw this.#damaged(name);
      return { name, oid: text };
    }
    throw this.#damaged(ref);
  }

  /**
   * What the files look like that hold a ref: while it is the same text, so is the ref. Undefined where that may not hold:
   * a symbolic ref, or a file that was written so lately that a second change of it need not show.
   * @param now epoch milliseconds
   */
  async look(ref: string, now: number): Promise<string | undefined> {
    const texts: string[] = [];
    for (const path of [`${this.#commonDir}/${ref}`, `${this.#commonDir}/packed-refs`]) {
      const info = await this.#fs.info(path);
      if (info !== undefined && info.mtimeMs > now - SETTLED_MS) return undefined;
      const loose = texts.length === 0;
      if (loose && info !== undefined && info.size !== OID_LENGTH && info.size !== OID_LENGTH + 1)
        return undefined;
      texts.push(info === undefined ? "" : `${info.inode}:${info.mtimeMs}:${info.size}`);
    }
    return texts.join(" ");
  }

  /** All packed refs. */
  async packed(): Promise<ReadonlyMap<string, string>> {
    const path = `${this.#commonDir}/packed-refs`;
    const info = await this.#fs.info(path);
    if (info === undefined) return new Map();
    const version = `${info.inode}:${info.mtimeMs}:${info.size}`;
    if (this.#packed?.version === version) return this.#packed.refs;
    const refs = new Map<string, string>();
    for (const line of fromUtf8((await this.#fs.read(path)) ?? new Uint8Array()).split("\n")) {
      const match = /^([0-9a-f]{40}) (\S+)$/.exec(line);
      if (match?.[1] !== undefined && match[2] !== undefined) refs.set(match[2], match[1]);
    }
    this.#packed = { version, refs };
    return refs;
  }

  #damaged(name: string): AppError {
    return new AppError("corrupt", `The ref ${name} in ${this.#commonDir} holds no commit id.`, {
      hint: `Set it again with \`git update-ref ${name} <commit>\`; \`git reflog show ${name}\` lists where it stood.`,
    });
  }
}
