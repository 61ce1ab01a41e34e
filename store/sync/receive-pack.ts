/** Takes in a pack that came from a remote: checks and indexes it, and writes it durably. */
import type { Branch } from "../branch/branch.ts";
import { concat, fromUtf8, toHex } from "../branch/bytes.ts";
import { AppError } from "../schema/errors.ts";
import { memoryFiles } from "./memory-files.ts";
import type { RemoteGit } from "./ports.ts";

/** A pack that is in the repository, protected from `git gc` until `release`. */
export interface ReceivedPack {
  release(): Promise<void>;
}

/**
 * Stores a pack. With the git program this also takes thin packs, whose deltas refer to objects that we have.
 * @throws {AppError} corrupt (the pack is damaged), storage_full, storage_io
 */
export async function receivePack(
  branch: Branch,
  git: RemoteGit | undefined,
  pack: Uint8Array,
  signal?: AbortSignal,
): Promise<ReceivedPack> {
  if (objectCount(pack) === 0) return { release: async () => undefined };
  return git === undefined ? receiveByOurselves(branch, pack) : receiveByGit(branch, git, pack, signal);
}

async function receiveByGit(
  branch: Branch,
  git: RemoteGit,
  pack: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<ReceivedPack> {
  const { gitDir } = branch.repository;
  const args = ["-c", "core.fsync=all", "index-pack", "--stdin", "--fix-thin", "--keep=gastown"];
  const result = await git.run(gitDir, args, { input: pack, signal });
  if (result.code !== 0) throw damaged(result.stderr.trim());
  const [kind, name] = fromUtf8(result.stdout).trim().split("\t");
  return {
    release: async () => {
      if (kind === "keep" && name !== undefined) {
        await branch.ports.fs.remove(`${branch.objects.packFolder}/pack-${name}.keep`);
      }
    },
  };
}

async function receiveByOurselves(branch: Branch, pack: Uint8Array): Promise<ReceivedPack> {
  const checksum = branch.codec.sha1(pack.subarray(0, -20));
  if (toHex(checksum) !== toHex(pack.subarray(-20))) throw damaged("its checksum is wrong");
  const { indexPack } = await import("isomorphic-git");
  const files = memoryFiles(new Map([["/pack/in.pack", pack]]));
  try {
    await indexPack({ fs: files.fs, dir: "/", gitdir: "/", filepath: "pack/in.pack" });
  } catch (cause) {
    throw damaged("it could not be indexed", cause);
  }
  const index = files.read("/pack/in.idx");
  if (index === undefined) throw damaged("it could not be indexed");
  const name = toHex(checksum);
  return branch.objects.writePack({ name, pack, index, count: objectCount(pack) }, { keep: true });
}

function objectCount(pack: Uint8Array): number {
  if (pack.length < 32 || fromUtf8(pack.subarray(0, 4)) !== "PACK") throw damaged("it is no pack");
  const bytes = concat([pack.subarray(8, 12)]);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

function damaged(reason: string, cause?: unknown): AppError {
  return new AppError("corrupt", `The pack that the remote sent is damaged: ${reason}`, {
    hint: "Sync again; if it stays so, run `git fsck` on the remote.",
    retryable: true,
    cause,
  });
}
