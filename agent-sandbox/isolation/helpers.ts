/** Helper files of the isolation that lie inside the compiled binary, where only this program can read them. */
import { chmod, mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";

/** Finds an embedded file by key, e.g. `seccomp/apply-seccomp`; undefined when run from sources. */
export type EmbeddedFiles = (key: string) => string | undefined;

/**
 * Path by which other programs can use an embedded file: a copy in `folder`, made when it is missing or differs.
 * Undefined when nothing is embedded under the key, as from sources, where the package's own files are found.
 */
export async function materialize(
  embedded: EmbeddedFiles,
  key: string,
  folder: string,
  mode: number,
): Promise<string | undefined> {
  const source = embedded(key);
  if (source === undefined) return undefined;
  const bytes = await Bun.file(source).bytes();
  const name = `${Bun.hash(bytes).toString(16)}-${basename(key)}`;
  const path = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const there = Bun.file(path);
  if ((await there.exists()) && there.size === bytes.length) return path;
  // Written aside and renamed, so that another sandbox that starts now never runs half a file.
  const aside = `${path}.${process.pid}`;
  await Bun.write(aside, bytes);
  await chmod(aside, mode);
  await rename(aside, path);
  return path;
}
