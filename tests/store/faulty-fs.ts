/** A file system that fails at a chosen call: for lack of space, by an I/O error, with half of a write on disk, or for good. */
import type { StoreFs } from "../../store/branch/ports.ts";
import { AppError } from "../../store/schema/errors.ts";

/** `torn`: half of a write arrives, then an I/O error. `dead`: as torn, and every later call fails, as after a power cut. */
export type FaultKind = "full" | "io" | "torn" | "dead";

/** Counts the calls that change something, and fails one of them. */
export interface FaultyFs extends StoreFs {
  /** Calls that changed something so far. */
  readonly writes: () => number;
  /** True once the fault has happened. */
  readonly struck: () => boolean;
}

/** @param at number of the changing call that fails, from 0; a negative one never does */
export function faultyFs(inner: StoreFs, kind: FaultKind, at: number): FaultyFs {
  let writes = 0;
  let struck = false;
  const failure = () =>
    kind === "full"
      ? new AppError("storage_full", "no space left on device (injected)")
      : new AppError("storage_io", "input/output error (injected)");
  const change = async <T>(body: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> => {
    if (struck && kind === "dead") throw failure();
    if (writes++ !== at) return body();
    struck = true;
    if (kind === "torn" || kind === "dead") await half?.();
    throw failure();
  };
  const read = async <T>(body: () => Promise<T>): Promise<T> => {
    if (struck && kind === "dead") throw failure();
    return body();
  };
  const partOf = (content: Uint8Array) => content.subarray(0, Math.floor(content.length / 2));
  return {
    writes: () => writes,
    struck: () => struck,
    read: path => read(() => inner.read(path)),
    readRange: (path, offset, length) => read(() => inner.readRange(path, offset, length)),
    info: path => read(() => inner.info(path)),
    list: path => read(() => inner.list(path)),
    makeDir: path => change(() => inner.makeDir(path)),
    create: (path, content, options) =>
      change(
        () => inner.create(path, content, options),
        () => inner.create(path, partOf(content), options),
      ),
    append: (path, content) =>
      change(
        () => inner.append(path, content),
        () => inner.append(path, partOf(content)),
      ),
    link: (from, to) => change(() => inner.link(from, to)),
    rename: (from, to) => change(() => inner.rename(from, to)),
    remove: path => change(() => inner.remove(path)),
    syncDir: path => change(() => inner.syncDir(path)),
  };
}
