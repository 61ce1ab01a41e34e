/** The new trees of a commit: applies changes of files, in parts where they are many, and takes what is new into its pack. */
import type { ObjectStore } from "./object-store.ts";
import { objectId } from "./objects.ts";
import type { PackBuilder } from "./pack-build.ts";
import type { GitCodec } from "./ports.ts";
import { editPaths, type FileChange, folderIds } from "./tree-edit.ts";

/** New content of a file: its bytes, an object that is in the repository already, or null to remove it. */
export type NewContent = Uint8Array | { readonly oid: string; readonly mode?: string } | null;

/** Where trees are read and written. */
interface TreeTarget {
  readonly objects: ObjectStore;
  readonly codec: GitCodec;
  readonly pack: PackBuilder;
}

/**
 * @param base id of the tree that is changed; undefined for none
 * @param first changes; @param more further ones, made one after the other
 * @returns id of the new tree; it, its new folders and the new contents are in the pack
 * @throws {AppError} unprocessable when a file has the place of a folder, or the other way round
 */
export async function writeTrees(
  target: TreeTarget,
  base: string | undefined,
  first: ReadonlyMap<string, NewContent>,
  more: Iterable<ReadonlyMap<string, NewContent>> = [],
): Promise<string> {
  const { objects, pack } = target;
  const made = new Map<string, Uint8Array>();
  const access = {
    readTree: async (oid: string) => made.get(oid) ?? (await objects.readTreeBytes(oid)),
    writeTree: (data: Uint8Array) => {
      const oid = objectId(target.codec, "tree", data);
      made.set(oid, data);
      return oid;
    },
  };
  const keep = (oid: string, data: Uint8Array): void => {
    pack.addKnown(oid, "tree", data);
    objects.rememberTree(oid, data);
  };
  let tree = await editPaths(access, base, fileChanges(pack, first));
  let parts = 1;
  for (const part of more) {
    parts++;
    tree = await editPaths(access, tree, fileChanges(pack, part));
  }
  tree ??= access.writeTree(new Uint8Array());
  if (parts === 1) {
    for (const [oid, data] of made) keep(oid, data);
    return tree;
  }
  // Trees that a later part replaced are not needed.
  const wanted = [tree];
  for (const oid of wanted) {
    const data = made.get(oid);
    if (data === undefined) continue;
    made.delete(oid);
    keep(oid, data);
    for (const folder of folderIds(data)) if (made.has(folder)) wanted.push(folder);
  }
  return tree;
}

function fileChanges(
  pack: PackBuilder,
  changes: ReadonlyMap<string, NewContent>,
): ReadonlyMap<string, FileChange> {
  const files = new Map<string, FileChange>();
  for (const [path, content] of changes) {
    if (content === null) files.set(path, { oid: undefined });
    else if (content instanceof Uint8Array) files.set(path, { oid: pack.add("blob", content) });
    else files.set(path, content);
  }
  return files;
}
