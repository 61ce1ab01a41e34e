/**
 * Lets the git program compress what has piled up, by differences to earlier states. Only packs that we could roll up
 * are touched, never the user's large ones, and all their objects stay, reachable or not. The reverse index beside the new
 * pack marks it as done, for this and for the roll-up.
 */
import { fromUtf8, utf8 } from "./bytes.ts";
import { type RollUpParts, rollUpLockPath, smallPacks } from "./consolidate.ts";
import { takeLock } from "./file-lock.ts";
import { PackIndex } from "./pack-index.ts";

/** Larger packs are the user's, or have been compressed before. */
const MAX_PACK_BYTES = 64 * 1_048_576;
/** Less than this is not worth a run of git. */
export const REPACK_BYTES = 16 * 1_048_576;

/**
 * @param refs refs whose new commits tell git which versions belong together
 * @returns how many packs became one; 0 when there was nothing to do, no git program, or git refused
 */
export async function repackWithGit(
  parts: RollUpParts,
  refs: readonly string[],
  minBytes = REPACK_BYTES,
): Promise<number> {
  const { ports, repository, objects } = parts;
  const { fs, git } = ports;
  if (git === undefined) return 0;
  const packs = await smallPacks(fs, objects.packFolder, MAX_PACK_BYTES);
  if (packs.length < 2 || packs.reduce((sum, pack) => sum + pack.bytes, 0) < minBytes) return 0;
  const lock = await takeLock(ports, rollUpLockPath(repository), repository.stateDir);
  if (lock === undefined) return 0;
  try {
    const wanted = new Map<string, string>();
    for (const { name } of packs) {
      const index = await PackIndex.open(fs, `${objects.packFolder}/${name}.idx`);
      for (const { oid } of (await index?.entries()) ?? []) wanted.set(oid, "");
    }
    for (const [oid, path] of await namedObjects(parts, refs)) if (wanted.has(oid)) wanted.set(oid, path);
    const list = [...wanted].map(([oid, path]) => (path === "" ? oid : `${oid} ${path}`)).join("\n");
    const result = await git.run(
      repository.commonDir,
      [
        "-c",
        "pack.writeReverseIndex=true",
        "pack-objects",
        "--quiet",
        "--delta-base-offset",
        // Git takes objects that are whole in a common pack for such that it compares in vain.
        "--no-reuse-delta",
        "--threads=1",
        `${objects.packFolder}/pack`,
      ],
      utf8(`${list}\n`),
    );
    const made = fromUtf8(result.stdout).trim().split("\n").at(-1) ?? "";
    if (result.code !== 0 || !/^[0-9a-f]{40}$/.test(made)) return 0;
    await fs.syncDir(objects.packFolder);
    await objects.removePacks(packs.map(pack => pack.name).filter(name => name !== `pack-${made}`));
    await rememberPacked(parts, refs);
    return packs.length;
  } finally {
    await lock.release();
  }
}

/** Objects of the commits since the last run, with the paths by which git finds earlier versions. */
async function namedObjects(parts: RollUpParts, refs: readonly string[]): Promise<Map<string, string>> {
  const { ports, repository } = parts;
  const done = fromUtf8((await ports.fs.read(packedPath(parts))) ?? new Uint8Array());
  const known = done.split("\n").filter(line => /^[0-9a-f]{40}$/.test(line));
  const result = await ports.git?.run(
    repository.commonDir,
    ["rev-list", "--objects", "--ignore-missing", "--stdin"],
    utf8([...refs, "--not", ...known].join("\n")),
  );
  const named = new Map<string, string>();
  if (result?.code !== 0) return named;
  for (const line of fromUtf8(result.stdout).split("\n")) {
    if (line.length > 41) named.set(line.slice(0, 40), line.slice(41));
  }
  return named;
}

async function rememberPacked(parts: RollUpParts, refs: readonly string[]): Promise<void> {
  const { ports, repository } = parts;
  const result = await ports.git?.run(repository.commonDir, [
    "rev-parse",
    "--verify",
    "--quiet",
    ...refs.slice(0, 1),
  ]);
  if (result === undefined || result.code !== 0) return;
  const temporary = `${packedPath(parts)}.${Math.floor(ports.random() * 2 ** 40).toString(36)}`;
  await ports.fs.create(temporary, result.stdout);
  await ports.fs.rename(temporary, packedPath(parts));
}

function packedPath(parts: RollUpParts): string {
  return `${parts.repository.stateDir}/packed`;
}
