/**
 * Rolls small packs up into larger ones, so that a million commits do not mean a million files. Sizes form a geometric
 * series afterwards, so each object is copied a number of times that grows with the logarithm of the history.
 * Older versions become differences to newer ones on the way. Nothing is ever lost: whatever is in a pack, reachable or not, is in the new one, durably, before the old one goes;
 * packs that are marked to be kept belong to a commit in flight and are left.
 */
import { fromUtf8 } from "./bytes.ts";
import { takeLock } from "./file-lock.ts";
import { mergePacks } from "./merge-packs.ts";
import { KEEP_MARK, type ObjectStore } from "./object-store.ts";
import type { BranchPorts, GitCodec } from "./ports.ts";
import type { Repository } from "./repository.ts";

/** With fewer small packs there is nothing to gain. */
export const MIN_PACKS = 32;
/** Larger packs are left to the git program, which compresses better. */
const MAX_PACK_BYTES = 2 * 1_048_576;
/** All that is rolled up at once is in memory, many times larger than on disk. */
const MAX_ROLL_UP_BYTES = 4 * 1_048_576;
/** Each pack is at least this many times larger than all smaller ones together. */
const FACTOR = 2;

/** A pack that may be rolled up. */
export interface SmallPack {
  readonly name: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** The packs that may be rolled up, smallest first: ours and others' alike, but none that git keeps for a purpose. */
export async function smallPacks(
  fs: BranchPorts["fs"],
  folder: string,
  maxBytes = MAX_PACK_BYTES,
): Promise<SmallPack[]> {
  const suffixes = new Map<string, string[]>();
  for (const file of await fs.list(folder)) {
    const match = /^(pack-[0-9a-f]{40})\.([a-z]+)$/.exec(file);
    if (match?.[1] !== undefined && match[2] !== undefined) {
      suffixes.set(match[1], [...(suffixes.get(match[1]) ?? []), match[2]]);
    }
  }
  const packs: SmallPack[] = [];
  for (const [name, kinds] of suffixes) {
    if (kinds.sort().join(" ") !== "idx pack") continue;
    const info = await fs.info(`${folder}/${name}.pack`);
    if (info !== undefined && info.size <= maxBytes)
      packs.push({ name, bytes: info.size, mtimeMs: info.mtimeMs });
  }
  return packs.sort((a, b) => a.bytes - b.bytes || (a.name < b.name ? -1 : 1));
}

/** A commit takes milliseconds; the mark of one that is older than this was left by a process that died. */
const STALE_KEEP_MS = 3_600_000;

/** Removes marks that dead processes left on packs of ours, so that these are rolled up again. */
export async function dropStaleMarks(ports: BranchPorts, folder: string): Promise<void> {
  const { fs } = ports;
  for (const file of await fs.list(folder)) {
    if (!/^pack-[0-9a-f]{40}\.keep$/.test(file)) continue;
    const info = await fs.info(`${folder}/${file}`);
    if (info === undefined || ports.now() - info.mtimeMs < STALE_KEEP_MS) continue;
    const text = fromUtf8((await fs.read(`${folder}/${file}`)) ?? new Uint8Array());
    if (text === KEEP_MARK) await fs.remove(`${folder}/${file}`);
  }
}

/** The smallest packs, as many as must become one for the series to be geometric. */
export function chooseRollUp(packs: readonly SmallPack[]): readonly SmallPack[] {
  let split = packs.length - 1;
  while (split > 0 && (packs[split]?.bytes ?? 0) >= FACTOR * (packs[split - 1]?.bytes ?? 0)) split--;
  let total = packs.slice(0, split + 1).reduce((sum, pack) => sum + pack.bytes, 0);
  for (
    let next = packs[split + 1];
    next !== undefined && next.bytes < FACTOR * total;
    next = packs[split + 1]
  ) {
    total += next.bytes;
    split++;
  }
  if (split === 0) return [];
  let bytes = 0;
  return packs.slice(0, split + 1).filter(pack => {
    bytes += pack.bytes;
    return bytes <= MAX_ROLL_UP_BYTES;
  });
}

/** What a roll-up needs. */
export interface RollUpParts {
  readonly ports: BranchPorts;
  readonly repository: Repository;
  readonly objects: ObjectStore;
  readonly codec: GitCodec;
}

/**
 * Rolls up what should be, unless another process is at it.
 * @param options `compress`: make differences of older versions, which takes as long as the commits did
 * @returns how many packs became one; 0 when there was nothing to do
 */
export async function rollUp(
  parts: RollUpParts,
  options: { readonly compress: boolean } = { compress: true },
): Promise<number> {
  const { ports, repository, objects } = parts;
  const folder = objects.packFolder;
  if ((await smallPacks(ports.fs, folder)).length < MIN_PACKS) return 0;
  const lock = await takeLock(ports, rollUpLockPath(repository), repository.stateDir);
  if (lock === undefined) return 0;
  try {
    await dropStaleMarks(ports, folder);
    const chosen = chooseRollUp(await smallPacks(ports.fs, folder));
    const newest = [...chosen].sort((a, b) => b.mtimeMs - a.mtimeMs);
    const merged = await mergePacks(
      {
        fs: ports.fs,
        codec: parts.codec,
        folder,
        breathe: () => ports.timers?.sleep(0) ?? Promise.resolve(),
      },
      newest.map(pack => pack.name),
      options,
    );
    if (merged === undefined) return 0;
    const written = await objects.writePack(merged.pack, { keep: true });
    try {
      await objects.removePacks(merged.names.filter(name => name !== written.name));
    } finally {
      await written.release();
    }
    return merged.names.length;
  } finally {
    await lock.release();
  }
}

/** Held by whoever rolls up or repacks. */
export function rollUpLockPath(repository: Repository): string {
  return `${repository.stateDir}/roll-up.lock`;
}
