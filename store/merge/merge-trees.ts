/** Merges the trees of two commits file by file; files that are the same on both sides are never looked at. */
import type { NewContent } from "../branch/branch.ts";
import { fromUtf8, utf8 } from "../branch/bytes.ts";
import { canonicalJson } from "../branch/canonical-json.ts";
import { ARCHIVE_FOLDER, beadIdOfPath, beadPath, CONFIG_PATH } from "../branch/layout.ts";
import { objectId } from "../branch/objects.ts";
import { archivedFilePath, archiveText } from "./archive.ts";
import { breakCycles } from "./cycles.ts";
import { beadBytes, FileReader, type FileVersion, sameFile, virtualFile } from "./file-version.ts";
import { compareText, type Fields, isFields } from "./json.ts";
import { mergeBeads } from "./merge-beads.ts";
import { mergeConfig } from "./merge-config.ts";
import { dropEdgesToParent, parentOf } from "./own-parent.ts";
import { isTombstone } from "./tombstone.ts";
import { finishReport, type ReportDraft, startReport, type TreeReport } from "./tree-report.ts";
import { isBeadPath, type MergeInput, type PathSides, readSides, separateCollisions } from "./tree-sides.ts";

/** A merged tree, as changes to the tree of `ours`. */
export interface TreeMerge {
  readonly changes: ReadonlyMap<string, NewContent>;
  readonly report: TreeReport;
}

/**
 * Merges the trees of two commits: the same tree, whichever is `ours`.
 * @throws {AppError} corrupt (objects are missing), storage_io
 */
export async function mergeTrees(input: MergeInput): Promise<TreeMerge> {
  return new TreeMerger(input).run();
}

class TreeMerger {
  readonly #input: MergeInput;
  readonly #reader: FileReader;
  readonly #report: ReportDraft = startReport();
  /** What each path shall hold. */
  readonly #result = new Map<string, FileVersion | undefined>();
  /** Files that the merge makes beside the beads: settings, and what goes to the archive. */
  readonly #made = new Map<string, NewContent>();

  constructor(input: MergeInput) {
    this.#input = input;
    this.#reader = new FileReader(input.branch);
  }

  async run(): Promise<TreeMerge> {
    const sides = await readSides(this.#input, this.#reader);
    const before = new Map([...sides].map(([path, { ours }]) => [path, ours]));
    const collisions = await separateCollisions(this.#input, this.#reader, sides);
    this.#report.collisions.push(...collisions);
    for (const [path, side] of sides) this.#result.set(path, await this.#decide(path, side));
    await this.#breakCycles(sides);
    this.#separateFilesFromFolders();
    return { changes: this.#changes(before), report: finishReport(this.#report) };
  }

  async #decide(path: string, sides: PathSides): Promise<FileVersion | undefined> {
    const { ours, theirs, base } = sides;
    if (this.#input.rewritten === true && ours === undefined && sameFile(theirs, base)) return undefined;
    if (ours === undefined || theirs === undefined) return this.#oneSided(path, ours ?? theirs, base);
    if (sameFile(ours, theirs) || sameFile(theirs, base)) return this.#kept(path, ours);
    if (sameFile(ours, base)) return this.#kept(path, theirs);
    if (path === CONFIG_PATH) return this.#config(ours, theirs, base);
    if (ours.bead !== undefined && theirs.bead !== undefined) {
      return this.#bead(path, ours.bead, theirs.bead, base?.bead);
    }
    return this.#unlike(path, ours, theirs);
  }

  /** A file that is absent on one side. Absence is no deletion of a bead, whatever the base says. */
  #oneSided(
    path: string,
    present: FileVersion | undefined,
    base: FileVersion | undefined,
  ): FileVersion | undefined {
    if (present === undefined || base === undefined) return this.#kept(path, present);
    const alive = base.bead !== undefined && !isTombstone(base.bead);
    if (!alive && !path.startsWith(`${ARCHIVE_FOLDER}/`) && sameFile(present, base)) return undefined;
    if (present.bead !== undefined && !isTombstone(present.bead)) {
      this.#report.restored.push(beadIdOfPath(path) ?? path);
    }
    return this.#kept(path, present);
  }

  #kept(path: string, version: FileVersion | undefined): FileVersion | undefined {
    if (version !== undefined && version.bead === undefined && isBeadPath(path)) {
      this.#report.unreadable.push({ path, kept: path });
    }
    return version;
  }

  #bead(path: string, ours: Fields, theirs: Fields, base: Fields | undefined): FileVersion {
    const id = beadIdOfPath(path) ?? path;
    const { bead, losses, deletion } = mergeBeads(ours, theirs, base);
    this.#report.merged.push(id);
    if (deletion !== undefined) this.#report[deletion].push(id);
    for (const loss of losses) {
      if (loss.kind === "claim") {
        this.#report.claims.push({ id, loser: loss.loser, winner: loss.winner });
        continue;
      }
      const file = archiveText(this.#input.branch.codec, id, loss);
      this.#made.set(file.path, file.data);
      this.#report.archived.push({ id, field: loss.field, path: file.path });
    }
    const settled = dropEdgesToParent(bead);
    if (settled !== bead) this.#report.unblocked.push({ id, depends_on_id: parentOf(settled) });
    return virtualFile(settled);
  }

  async #config(
    ours: FileVersion,
    theirs: FileVersion,
    base: FileVersion | undefined,
  ): Promise<FileVersion | undefined> {
    const [a, b, root] = await Promise.all([this.#json(ours), this.#json(theirs), this.#json(base)]);
    if (a === undefined || b === undefined) {
      if (a === undefined && b === undefined) return this.#unlike(CONFIG_PATH, ours, theirs);
      this.#archiveFile(CONFIG_PATH, a === undefined ? ours : theirs);
      return a === undefined ? theirs : ours;
    }
    this.#made.set(CONFIG_PATH, utf8(canonicalJson(mergeConfig(a, b, root))));
    return ours;
  }

  /** Two files that can not be merged: a bead wins over what is none, else the greater id; the other goes to the archive. */
  #unlike(path: string, ours: FileVersion, theirs: FileVersion): FileVersion {
    const order =
      Number(ours.bead !== undefined) - Number(theirs.bead !== undefined) ||
      compareText(`${ours.entry?.oid} ${ours.entry?.mode}`, `${theirs.entry?.oid} ${theirs.entry?.mode}`);
    const [winner, loser] = order >= 0 ? [ours, theirs] : [theirs, ours];
    const kept = this.#archiveFile(path, loser);
    if (isBeadPath(path)) {
      this.#report.unreadable.push({ path, kept });
      if (winner.bead === undefined) this.#report.unreadable.push({ path, kept: path });
    }
    return winner;
  }

  #archiveFile(path: string, version: FileVersion): string {
    const { entry } = version;
    if (entry === undefined) return path;
    const kept = archivedFilePath(path, entry.oid);
    this.#made.set(kept, { oid: entry.oid, mode: entry.mode });
    return kept;
  }

  async #json(version: FileVersion | undefined): Promise<Fields | undefined> {
    if (version?.entry === undefined || version.entry.mode === "160000") return undefined;
    try {
      const value: unknown = JSON.parse(fromUtf8(await this.#input.branch.readBlob(version.entry.oid)));
      return isFields(value) ? value : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined; // A damaged file is archived by the caller.
      throw error;
    }
  }

  async #breakCycles(sides: ReadonlyMap<string, PathSides>): Promise<void> {
    const merged = new Map<string, Fields>();
    for (const [path, version] of this.#result) {
      const id = beadIdOfPath(path);
      if (id !== undefined && version?.bead !== undefined) merged.set(id, version.bead);
    }
    const known = new Map(merged);
    const unblocked = await breakCycles({
      merged,
      unchanged: async id => {
        const path = beadPath(id);
        const entry = await this.#input.branch.findFile(this.#input.ours, path);
        return (await this.#reader.read(path, entry))?.bead;
      },
      before: id => {
        const side = sides.get(beadPath(id));
        return { ours: side?.ours?.bead, theirs: side?.theirs?.bead };
      },
    });
    this.#report.unblocked.push(...unblocked);
    for (const [id, bead] of merged) {
      if (known.get(id) !== bead) this.#result.set(beadPath(id), virtualFile(bead));
    }
  }

  /** Where one side has a file and the other a folder of the same name, the file goes to the archive. */
  #separateFilesFromFolders(): void {
    const folders = new Set<string>();
    for (const [path, version] of this.#result) {
      if (version === undefined) continue;
      for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1))
        folders.add(path.slice(0, at));
    }
    for (const [path, version] of this.#result) {
      if (version === undefined || !folders.has(path)) continue;
      this.#archiveFile(path, version);
      this.#result.set(path, undefined);
    }
  }

  #changes(before: ReadonlyMap<string, FileVersion | undefined>): Map<string, NewContent> {
    const changes = new Map<string, NewContent>();
    for (const [path, version] of this.#result) {
      const old = before.get(path);
      if (version === undefined) {
        if (old !== undefined) changes.set(path, null);
        continue;
      }
      const { entry, bead } = version;
      if (entry !== undefined) {
        if (!sameFile(old, version)) changes.set(path, { oid: entry.oid, mode: entry.mode });
      } else if (bead !== undefined) {
        const data = beadBytes(bead);
        const oid = objectId(this.#input.branch.codec, "blob", data);
        if (old?.entry?.oid !== oid || old.entry.mode !== "100644") changes.set(path, data);
      }
    }
    for (const [path, content] of this.#made) changes.set(path, content);
    return changes;
  }
}
