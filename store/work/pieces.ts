/**
 * A unit of work in pieces, for more beads than memory should hold: each piece goes to disk before the next one runs, and
 * all of them become visible with one commit, or none does. Pieces write beads and settings; they do not delete.
 */
import type { Committed } from "../api.ts";
import type { Branch, NewContent } from "../branch/branch.ts";
import { eventLines, messageOf } from "../branch/commit-message.ts";
import { beadPath } from "../branch/layout.ts";
import type { WrittenPack } from "../branch/object-store.ts";
import type { PackStream } from "../branch/pack-stream.ts";
import { actorSignature } from "../branch/signature.ts";
import type { BeadIndex } from "../index/bead-index.ts";
import type { BeadSource } from "../index/bead-source.ts";
import { readHead } from "../index/meta.ts";
import { parseBeadFile } from "../model/bead-file.ts";
import type { StoreConfig } from "../model/config.ts";
import type { Bead } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import type { StoreTx } from "./bead-tx.ts";
import { commitOrder, Group } from "./group.ts";
import { StagedSource } from "./staged.ts";

/** A part of a unit of work. */
export interface Piece {
  /** The beads that it reads by id. */
  ids(index: BeadIndex): Iterable<string>;
  run(tx: StoreTx, index: BeadIndex): void;
}

/** What a unit of work in pieces runs on. */
export interface PiecesContext {
  readonly branches: readonly [Branch, ...Branch[]];
  /** The index, at the commits of the branches. */
  readonly index: BeadIndex;
  readonly newTx: (base: BeadSource, config: StoreConfig) => StoreTx;
}

const FILE_MODE = "100644";

/** What became of the pieces. The events are told by the commit's message alone, since they are many. */
export interface PiecesCommitted {
  readonly committed: Committed;
  /** Changed files. */
  readonly files: number;
}

/** Files by branch. */
type Files = readonly Map<string, NewContent>[];

/**
 * Runs the pieces and commits what they wrote. An error of a piece, or of their source, leaves nothing behind.
 * @returns undefined when nothing changed
 * @throws {AppError} conflict (something else moved the branch meanwhile), and what the pieces throw
 */
export async function commitPieces(
  context: PiecesContext,
  pieces: AsyncIterable<Piece>,
): Promise<PiecesCommitted | undefined> {
  const { branches, index } = context;
  const [main] = branches;
  const staged = new StagedSource(index);
  const stream = await main.objects.streamPack();
  const files: Files = branches.map(() => new Map<string, NewContent>());
  let lines = "";
  const subjects: string[] = [];
  let written: WrittenPack | undefined;
  let actor = "unknown";
  let config = index.config;
  let leavesShared = false;
  // As of now: what others commit while the pieces run was not seen by those that ran, and must not be written over.
  const expected = branches.map((_, space) => readHead(index.sql, space));
  try {
    for await (const piece of pieces) {
      const ids = [...piece.ids(index)];
      staged.load(await loadStaged(staged, stream, ids), ids);
      const group = new Group(staged, main.codec, branches.length, config);
      const tx = context.newTx(group.overlay, config);
      actor = tx.origin.actor;
      piece.run(tx, index);
      tx.seal();
      if (!tx.dirty || !group.add(tx)) continue;
      await stageGroup(group, staged, stream, files);
      config = group.config;
      leavesShared ||= group.leavesShared;
      lines += eventLines(group.events);
      for (const subject of group.subjects) if (!subjects.includes(subject)) subjects.push(subject);
    }
    if (files.every(each => each.size === 0)) return undefined;
    if (stream.size > 0) written = await main.objects.adoptPack(await stream.finish());
    const subject = subjects.length === 0 ? "Change many beads" : subjects.join("; ");
    const message = messageOf(subject, lines);
    const commits = await moveAll(branches, expected, files, { actor, message, leavesShared });
    const commit = commits.find(oid => oid !== undefined) ?? "";
    return {
      committed: { commits: { [config.prefix]: commit }, events: [] },
      files: files.reduce((sum, each) => sum + each.size, 0),
    };
  } finally {
    await stream.drop();
    await written?.release();
  }
}

async function stageGroup(
  group: Group,
  staged: StagedSource,
  stream: PackStream,
  files: Files,
): Promise<void> {
  for (const [space, changes] of group.spaces.entries()) {
    for (const [path, content] of changes.files) {
      const oid = content instanceof Uint8Array ? await stream.add("blob", content) : undefined;
      files[space]?.set(path, oid === undefined ? content : { oid });
      const entry = changes.entries.get(path);
      if (entry?.kind === "tombstone") staged.bury(entry.tombstone.id);
      if (entry?.kind === "bead") staged.stage(entry.bead.id, { version: entry.oid, space });
    }
  }
}

/** Beads that an earlier piece wrote, read back. */
async function loadStaged(
  staged: StagedSource,
  stream: PackStream,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, Bead>> {
  const beads = new Map<string, Bead>();
  for (const id of ids) {
    const version = staged.stagedVersion(id);
    if (version === undefined || beads.has(id)) continue;
    const file = parseBeadFile(beadPath(id), FILE_MODE, await stream.read(version));
    if (file.kind === "bead") beads.set(id, file.bead);
  }
  return beads;
}

async function moveAll(
  branches: readonly Branch[],
  expected: readonly (string | undefined)[],
  files: Files,
  options: { readonly actor: string; readonly message: string; readonly leavesShared: boolean },
): Promise<(string | undefined)[]> {
  const commits: (string | undefined)[] = branches.map(() => undefined);
  for (const space of commitOrder(options)) {
    const branch = branches[space];
    const changes = files[space];
    if (branch === undefined || changes === undefined || changes.size === 0) continue;
    const added = await branch.writeCommit({
      expected: expected[space],
      changes,
      author: actorSignature(options.actor, branch.ports.now()),
      message: options.message,
      force: true,
    });
    if (added === undefined) {
      throw new AppError("conflict", `${branch.ref} was moved by something else meanwhile.`, {
        hint: "Try again.",
        retryable: true,
      });
    }
    commits[space] = added.commit;
  }
  return commits;
}
