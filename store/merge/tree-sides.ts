/** The files in which two commits differ, each as it is on both sides and in their base. */
import type { Branch } from "../branch/branch.ts";
import { BEADS_FOLDER, beadIdOfPath, beadPath } from "../branch/layout.ts";
import type { TreeChange } from "../branch/tree-diff.ts";
import {
  birthKey,
  compareBirths,
  idAfterCollision,
  renameBead,
  retarget,
  withoutEarlier,
} from "./collision.ts";
import { type FileReader, type FileVersion, sameFile, virtualFile } from "./file-version.ts";
import type { Fields } from "./json.ts";
import { mergeBeads } from "./merge-beads.ts";

/** A path with what it holds. */
export interface PathSides {
  ours: FileVersion | undefined;
  theirs: FileVersion | undefined;
  base: FileVersion | undefined;
}

/** Commits of a merge. */
export interface MergeInput {
  readonly branch: Branch;
  readonly ours: string;
  readonly theirs: string;
  readonly base: string | undefined;
  /** `ours` is a rewritten history: what it lacks is gone on purpose, unless the other side changed it. */
  readonly rewritten?: boolean;
}

/** True for paths whose content is read as a bead. */
export function isBeadPath(path: string): boolean {
  return path.startsWith(`${BEADS_FOLDER}/`) && beadIdOfPath(path) !== undefined;
}

/** Reads all paths that differ. Beads are parsed, other files are left as entries. */
export async function readSides(input: MergeInput, reader: FileReader): Promise<Map<string, PathSides>> {
  const { branch, ours, theirs, base } = input;
  const [between, since] = await Promise.all([
    branch.diff(ours, theirs),
    base === undefined ? [] : branch.diff(base, ours),
  ]);
  const changed = new Map<string, TreeChange>(since.map(change => [change.path, change]));
  const sides = new Map<string, PathSides>();
  for (const { path, before, after } of between) {
    const own = changed.get(path);
    const root = base === undefined ? undefined : own === undefined ? before : own.before;
    const read = (entry: typeof before): Promise<FileVersion | undefined> =>
      isBeadPath(path)
        ? reader.read(path, entry)
        : Promise.resolve(entry === undefined ? undefined : { entry, bead: undefined });
    sides.set(path, { ours: await read(before), theirs: await read(after), base: await read(root) });
  }
  return sides;
}

/**
 * Finds ids that mean another bead on each side, and gives the younger bead its new id on its side, references included.
 * Afterwards every path means one bead.
 * @returns the renamed beads
 */
export async function separateCollisions(
  input: MergeInput,
  reader: FileReader,
  sides: Map<string, PathSides>,
): Promise<{ readonly id: string; readonly renamed_to: string }[]> {
  const renames = { ours: startRenames(), theirs: startRenames() };
  for (const [path, { ours, theirs, base }] of [...sides]) {
    const id = beadIdOfPath(path);
    if (id === undefined || ours?.bead === undefined || theirs?.bead === undefined) continue;
    if (birthKey(ours.bead) === birthKey(theirs.bead)) continue;
    const loser = compareBirths(ours.bead, theirs.bead) < 0 ? "theirs" : "ours";
    const bead = loser === "ours" ? ours.bead : theirs.bead;
    const to = idAfterCollision(id, bead);
    const target = await sidesAt(input, reader, sides, beadPath(to));
    // A birth that was edited by hand is no second bead: the base is that bead, and the other side knows of no other.
    const known = loser === "ours" ? target.theirs : target.ours;
    if (sameFile(base, loser === "ours" ? ours : theirs) && known === undefined) continue;
    renames[loser].all.set(id, to);
    const inBase = base?.bead !== undefined && birthKey(base.bead) === birthKey(bead);
    (inBase ? renames[loser].old : renames[loser].young).set(id, to);
  }
  for (const side of ["ours", "theirs"] as const) {
    const { all, old, young } = renames[side];
    if (all.size === 0) continue;
    for (const [path, versions] of [...sides]) {
      const bead = versions[side]?.bead;
      if (bead === undefined) continue;
      const base = versions.base?.bead;
      const moved = retarget(retarget(bead, old), withoutEarlier(young, base));
      if (base !== undefined && retarget(base, old) !== base)
        versions.base = virtualFile(retarget(base, old));
      const to = all.get(beadIdOfPath(path) ?? "");
      if (to !== undefined) await moveBead(input, reader, sides, { path, side, to, bead: moved });
      else if (moved !== bead) versions[side] = virtualFile(moved);
    }
  }
  return [...renames.ours.all, ...renames.theirs.all].map(([id, renamed_to]) => ({ id, renamed_to }));
}

/** New ids by old ones. */
interface SideRenames {
  readonly all: Map<string, string>;
  /** Those whose bead the base has: everything in the base that refers to them means it. */
  readonly old: Map<string, string>;
  /** Those that were made since. */
  readonly young: Map<string, string>;
}

function startRenames(): SideRenames {
  return { all: new Map(), old: new Map(), young: new Map() };
}

/** Takes the bead away from its path on one side, and puts it under its new id there. */
async function moveBead(
  input: MergeInput,
  reader: FileReader,
  sides: Map<string, PathSides>,
  move: {
    readonly path: string;
    readonly side: "ours" | "theirs";
    readonly to: string;
    readonly bead: Fields;
  },
): Promise<void> {
  const { path, side, to, bead } = move;
  const target = await sidesAt(input, reader, sides, beadPath(to));
  const known = target[side]?.bead;
  const renamed = renameBead(bead, to);
  target[side] = virtualFile(known === undefined ? renamed : mergeBeads(known, renamed).bead);
  sides.set(beadPath(to), target);
  const left = sides.get(path);
  if (left === undefined) return;
  left[side] = side === "ours" ? left.theirs : left.ours;
  left.base = undefined;
}

/** What a path holds that may be the same on both sides. */
async function sidesAt(
  input: MergeInput,
  reader: FileReader,
  sides: ReadonlyMap<string, PathSides>,
  path: string,
): Promise<PathSides> {
  const known = sides.get(path);
  if (known !== undefined) return known;
  const same = await reader.read(path, await input.branch.findFile(input.ours, path));
  return { ours: same, theirs: same, base: same };
}
