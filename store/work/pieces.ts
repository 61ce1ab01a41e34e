/**
 * A unit of work in pieces, for more beads than memory should hold: each piece goes to disk before the next one runs, and
 * all of them become visible with one commit, or none does. Pieces write beads and settings; they do not delete.
 */
import type { Committed } from "../api.ts";
import type { Branch } from "../branch/branch.ts";
import { messageHead } from "../branch/commit-message.ts";
import { EventLines } from "../branch/event-lines.ts";
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
import { StagedFiles } from "./staged-files.ts";

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

/** Pieces between two collections of what they left behind. */
const PIECES_PER_TIDY = 8;
const PARTS_PER_TIDY = 4;
/** Times that the commit is made anew because something else moved the branch. */
const MAX_ATTEMPTS = 20;

/**
 * Runs the pieces and commits what they wrote. An error of a piece, or of their source, leaves nothing behind. Where
 * something else moved the branch meanwhile, the commit goes on top of it, unless both changed the same file.
 * @returns undefined when nothing changed
 * @throws {AppError} conflict (something else changed one of the beads meanwhile), and what the pieces throw
 */
export async function commitPieces(
  context: PiecesContext,
  pieces: AsyncIterable<Piece>,
): Promise<PiecesCommitted | undefined> {
  const { branches, index } = context;
  const [main] = branches;
  const stream = await main.objects.streamPack(main.ports.now());
  const files = new StagedFiles(stream, branches.length);
  const staged = new StagedSource(index, files);
  const lines = new EventLines();
  const subjects: string[] = [];
  let written: WrittenPack | undefined;
  let actor = "unknown";
  let config = index.config;
  let leavesShared = false;
  let count = 0;
  // As of now: what others commit while the pieces run was not seen by those that ran, and must not be written over.
  const expected = branches.map((_, space) => readHead(index.sql, space));
  try {
    for await (const piece of pieces) {
      if (++count % PIECES_PER_TIDY === 0) main.ports.tidy?.();
      const ids = [...piece.ids(index)];
      staged.load(await loadStaged(files, stream, ids), ids);
      const group = new Group(staged, main.codec, branches.length, config);
      const tx = context.newTx(group.overlay, config);
      actor = tx.origin.actor;
      piece.run(tx, index);
      tx.seal();
      if (!tx.dirty || !group.add(tx)) continue;
      await stageGroup(group, staged, stream, files);
      config = group.config;
      leavesShared ||= group.leavesShared;
      lines.add(group.events);
      for (const subject of group.subjects) if (!subjects.includes(subject)) subjects.push(subject);
    }
    if (files.count === 0) return undefined;
    if (stream.size > 0) written = await main.objects.adoptPack(await stream.finish());
    main.ports.tidy?.();
    const subject = subjects.length === 0 ? "Change many beads" : subjects.join("; ");
    const commits = await moveAll(branches, expected, files, { actor, subject, lines, leavesShared });
    const commit = commits.find(oid => oid !== undefined) ?? "";
    return { committed: { commits: { [config.prefix]: commit }, events: [] }, files: files.count };
  } finally {
    await stream.drop();
    await written?.release();
  }
}

async function stageGroup(
  group: Group,
  staged: StagedSource,
  stream: PackStream,
  files: StagedFiles,
): Promise<void> {
  for (const [space, changes] of group.spaces.entries()) {
    for (const [path, content] of changes.files) {
      const number = content instanceof Uint8Array ? await stream.add("blob", content) : undefined;
      const entry = changes.entries.get(path);
      if (entry?.kind === "bead" && number !== undefined) files.setBead(entry.bead.id, number, space);
      else files.setOther(path, number === undefined ? content : { oid: stream.oid(number) }, space);
      if (entry?.kind === "tombstone") staged.bury(entry.tombstone.id);
    }
  }
}

/** Beads that an earlier piece wrote, read back. */
async function loadStaged(
  files: StagedFiles,
  stream: PackStream,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, Bead>> {
  const beads = new Map<string, Bead>();
  for (const id of ids) {
    const number = files.numberOf(id);
    if (number === undefined || beads.has(id)) continue;
    const file = parseBeadFile(beadPath(id), FILE_MODE, await stream.read(number));
    if (file.kind === "bead") beads.set(id, file.bead);
  }
  return beads;
}

/** How the commits are made. */
interface MoveOptions {
  readonly actor: string;
  readonly subject: string;
  readonly lines: EventLines;
  readonly leavesShared: boolean;
}

async function moveAll(
  branches: readonly Branch[],
  expected: readonly (string | undefined)[],
  files: StagedFiles,
  options: MoveOptions,
): Promise<(string | undefined)[]> {
  const commits: (string | undefined)[] = branches.map(() => undefined);
  for (const space of commitOrder(options)) {
    const branch = branches[space];
    if (branch === undefined || files.changes(space).next().done === true) continue;
    commits[space] = await move({ branch, space, files, options }, expected[space]);
  }
  return commits;
}

async function move(
  parts: {
    readonly branch: Branch;
    readonly space: number;
    readonly files: StagedFiles;
    readonly options: MoveOptions;
  },
  started: string | undefined,
): Promise<string> {
  const { branch, space, files, options } = parts;
  const tail = options.lines.pieces;
  let onto = started;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const added = await branch.writeCommit({
      expected: onto,
      changes: new Map(),
      parts: tidied(files.changes(space), branch),
      author: actorSignature(options.actor, branch.ports.now()),
      message: messageHead(options.subject, tail.length > 0),
      messageTail: tail,
      force: true,
    });
    if (added !== undefined) return added.commit;
    const now = await branch.head();
    const theirs = await branch.diff(started, now);
    const path = files.firstOf(
      theirs.map(change => change.path),
      space,
    );
    if (path !== undefined) throw moved(branch.ref, path);
    onto = now;
  }
  throw moved(branch.ref);
}

/** The parts, with a collection of what they left behind now and then. */
function* tidied<T>(parts: Iterable<T>, branch: Branch): Generator<T> {
  let count = 0;
  for (const part of parts) {
    if (++count % PARTS_PER_TIDY === 0) branch.ports.tidy?.();
    yield part;
  }
}

function moved(ref: string, path?: string): AppError {
  const what = path === undefined ? "was moved by something else again and again" : `got another ${path}`;
  return new AppError("conflict", `${ref} ${what} meanwhile; nothing was changed.`, {
    hint: "Try again.",
    retryable: true,
  });
}
