/** A git repository that lies in memory, for tests that merge thousands of times. */
import { Branch } from "../../branch/branch.ts";
import { utf8 } from "../../branch/bytes.ts";
import { beadPath } from "../../branch/layout.ts";
import type { BranchPorts, StoreFs } from "../../branch/ports.ts";
import { actorSignature } from "../../branch/signature.ts";
import { AppError } from "../../schema/errors.ts";
import { beadBytes } from "../file-version.ts";
import type { Fields } from "../json.ts";

/** A branch in a new repository. @param now epoch milliseconds */
export async function memoryBranch(now: () => number, codec: BranchPorts["codec"]): Promise<Branch> {
  const fs = memoryFs();
  await fs.create("/repo/HEAD", utf8("ref: refs/heads/main\n"));
  await fs.create("/repo/config", utf8("[core]\n\trepositoryformatversion = 0\n\tbare = true\n"));
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  return Branch.open({ fs, now, random, codec }, "/repo", "refs/heads/beads");
}

/** Commits new versions of beads, and other files. */
export async function commitBeads(
  branch: Branch,
  beads: readonly Fields[],
  now: number,
  files: ReadonlyMap<string, Uint8Array | null> = new Map(),
): Promise<string> {
  const changes = new Map<string, Uint8Array | null>(files);
  for (const bead of beads) changes.set(beadPath(String(bead.id)), beadBytes(bead));
  const added = await branch.writeCommit({
    expected: await branch.head(),
    changes,
    author: actorSignature("ada", now),
    message: "edit\n",
    force: true,
  });
  if (added === undefined) throw new AppError("internal", "The branch moved under a test.");
  return added.commit;
}

function memoryFs(): StoreFs {
  const files = new Map<string, { readonly data: Uint8Array; readonly inode: number }>();
  const folders = new Set<string>(["/"]);
  let inodes = 0;
  return {
    read: async path => files.get(path)?.data,
    readRange: async (path, offset, length) => files.get(path)?.data.subarray(offset, offset + length),
    info: async path => {
      const file = files.get(path);
      if (file !== undefined) {
        return { kind: "file", size: file.data.length, mtimeMs: file.inode, inode: String(file.inode) };
      }
      return folders.has(path) ? { kind: "directory", size: 0, mtimeMs: 0, inode: path } : undefined;
    },
    list: async path =>
      [...files.keys(), ...folders]
        .filter(name => name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes("/"))
        .map(name => name.slice(path.length + 1)),
    makeDir: async path => {
      for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1))
        folders.add(path.slice(0, at));
      folders.add(path);
    },
    create: async (path, data) => {
      if (files.has(path)) return false;
      files.set(path, { data, inode: ++inodes });
      return true;
    },
    append: async (path, data) => {
      const old = files.get(path)?.data ?? new Uint8Array();
      files.set(path, { data: Uint8Array.from([...old, ...data]), inode: ++inodes });
    },
    link: async (from, to) => {
      const file = files.get(from);
      if (file === undefined || files.has(to)) return false;
      files.set(to, file);
      return true;
    },
    rename: async (from, to) => {
      const file = files.get(from);
      if (file === undefined) throw new AppError("not_found", `${from} is not there.`);
      files.delete(from);
      files.set(to, file);
    },
    remove: async path => files.delete(path),
    syncDir: async () => undefined,
  };
}
