/**
 * One branch of one repository: reads commits, trees and blobs, and adds commits to it durably.
 * It knows paths and bytes, not beads; the store, the merge and the sync are built on it.
 */
import { AppError } from "../schema/errors.ts";
import { takeLock } from "./file-lock.ts";
import { BEADS_FOLDER } from "./layout.ts";
import { ObjectStore, type WrittenPack } from "./object-store.ts";
import { type CommitData, parseCommit, type Signature, serializeCommit } from "./objects.ts";
import { type BuiltPack, PackBuilder } from "./pack-build.ts";
import type { BranchPorts, GitCodec } from "./ports.ts";
import { moveRef, type PreparedMove, prepareMove, type RefMove } from "./ref-update.ts";
import { RefReader } from "./refs.ts";
import { openRepository, type Repository } from "./repository.ts";
import { ShallowReader } from "./shallow.ts";
import { diffTrees, type TreeChange } from "./tree-diff.ts";
import { webCodec } from "./web-codec.ts";
import { type NewContent, writeTrees } from "./write-trees.ts";

export type { NewContent } from "./write-trees.ts";

/** Removing fewer beads than this is never a mass shrink. */
const SHRINK_MIN_BEADS = 10;
/** A commit that removes a larger share of the beads needs `force`. */
const SHRINK_MAX_SHARE = 0.2;
const WRITER_LOCK_TIMEOUT_MS = 60_000;
/** Nobody holds the writers' lock for so long; breaking it by mistake costs others a repetition, no more. */
const WRITER_STALE_MS = 15_000;

/** A commit to add. */
export interface CommitRequest {
  /** What the ref must hold now; undefined when the branch does not exist yet. */
  readonly expected: string | undefined;
  /** Parents of the new commit; `[expected]` when absent. */
  readonly parents?: readonly string[];
  /** Commit whose tree the changes apply to; `expected` when absent. */
  readonly onto?: string | undefined;
  /** New content by path. */
  readonly changes: ReadonlyMap<string, NewContent>;
  /** As `changes`, in parts that are made one after the other, for more files than memory should hold. */
  readonly parts?: Iterable<ReadonlyMap<string, NewContent>>;
  readonly author: Signature;
  readonly committer?: Signature;
  readonly message: string;
  /** More of the message, as UTF-8. */
  readonly messageTail?: readonly Uint8Array[];
  /** Allows to remove a large share of the beads. */
  readonly force?: boolean;
}

/** A commit that was added. */
export interface AddedCommit {
  readonly commit: string;
  readonly tree: string;
}

/** See the file comment. All reads work without write access to the repository. */
export class Branch {
  readonly repository: Repository;
  readonly objects: ObjectStore;
  readonly refs: RefReader;
  /** Where the history of a shallow clone ends. */
  readonly shallow: ShallowReader;
  /** e.g. "refs/heads/beads". */
  readonly ref: string;
  readonly ports: BranchPorts;
  readonly codec: GitCodec;

  private constructor(parts: Pick<Branch, "ports" | "repository" | "objects" | "refs" | "shallow" | "ref">) {
    this.ports = parts.ports;
    this.repository = parts.repository;
    this.objects = parts.objects;
    this.refs = parts.refs;
    this.shallow = parts.shallow;
    this.ref = parts.ref;
    this.codec = parts.ports.codec ?? webCodec;
  }

  /**
   * Opens a branch, which need not exist yet.
   * @param path a git directory, or a folder with `.git` in it (also of a worktree or submodule)
   * @throws {AppError} not_found (no repository), not_supported (SHA-256 objects, reftable)
   */
  static async open(ports: BranchPorts, path: string, ref: string): Promise<Branch> {
    const repository = await openRepository(ports.fs, path);
    const { commonDir } = repository;
    const objects = new ObjectStore(ports.fs, ports.codec ?? webCodec, commonDir, ports.random);
    const refs = new RefReader(ports.fs, commonDir);
    return new Branch({
      ports,
      repository,
      objects,
      refs,
      shallow: new ShallowReader(ports.fs, commonDir),
      ref,
    });
  }

  /** Another ref of the same repository, sharing its caches. */
  sibling(ref: string): Branch {
    return new Branch({ ...this, ref });
  }

  /** Commit that the ref holds now; undefined when the branch does not exist. @throws {AppError} corrupt, storage_io */
  async head(): Promise<string | undefined> {
    return (await this.refs.resolve(this.ref)).oid;
  }

  /** A commit; one at the end of a shallow clone has no parents. @throws {AppError} corrupt when it is missing or no commit */
  async readCommit(oid: string): Promise<CommitData> {
    const commit = parseCommit(await this.objects.read(oid, "commit"));
    return (await this.shallow.cuts()).has(oid) ? { ...commit, parents: [] } : commit;
  }

  /** Id of a commit's tree; undefined for no commit. */
  async treeOf(commit: string | undefined): Promise<string | undefined> {
    return commit === undefined ? undefined : (await this.readCommit(commit)).tree;
  }

  /** Bytes of a blob. @throws {AppError} corrupt when it is missing or no blob */
  readBlob(oid: string): Promise<Uint8Array> {
    return this.objects.read(oid, "blob");
  }

  /** Content of a file in a commit; undefined when there is none. */
  async readFile(commit: string, path: string): Promise<Uint8Array | undefined> {
    const entry = await this.findFile(commit, path);
    return entry === undefined || entry.mode === "160000" ? undefined : this.readBlob(entry.oid);
  }

  /** Mode and object of a file in a commit; undefined when there is none. */
  async findFile(
    commit: string,
    path: string,
  ): Promise<{ readonly mode: string; readonly oid: string } | undefined> {
    const names = path.split("/");
    let tree = (await this.readCommit(commit)).tree;
    for (const [depth, name] of names.entries()) {
      const entry = (await this.objects.readTree(tree)).find(candidate => candidate.name === name);
      if (entry === undefined) return undefined;
      if (depth === names.length - 1) return entry.mode === "40000" ? undefined : entry;
      if (entry.mode !== "40000") return undefined;
      tree = entry.oid;
    }
    return undefined;
  }

  /**
   * Files that differ between two commits; undefined stands for an empty tree.
   * @param enough with more than this, the others are not looked for
   */
  async diff(before: string | undefined, after: string | undefined, enough?: number): Promise<TreeChange[]> {
    const readTree = (oid: string) => this.objects.readTreeBytes(oid);
    return diffTrees(readTree, await this.treeOf(before), await this.treeOf(after), "", enough);
  }

  /**
   * Adds a commit: writes all its new objects as one pack, synced, then moves the ref if it still holds `expected`.
   * @returns undefined when the ref moved meanwhile: nothing changed, the caller looks again and retries
   * @throws {AppError} precondition_failed (removes a large share of the beads without `force`), storage_full, storage_io, lock_timeout
   */
  async writeCommit(request: CommitRequest): Promise<AddedCommit | undefined> {
    if (request.force !== true) await this.#refuseMassShrink(request);
    const pack = new PackBuilder(this.codec);
    const onto = "onto" in request ? request.onto : request.expected;
    const target = { objects: this.objects, codec: this.codec, pack };
    const tree = await writeTrees(target, await this.treeOf(onto), request.changes, request.parts);
    const parents = request.parents ?? (request.expected === undefined ? [] : [request.expected]);
    const data = {
      tree,
      parents,
      author: request.author,
      committer: request.committer ?? request.author,
      message: request.message,
    };
    const commit = pack.add("commit", serializeCommit(data, request.messageTail));
    const { written, move } = await this.#writeDown(await pack.build(), {
      ref: this.ref,
      expected: request.expected,
      next: commit,
      who: request.committer ?? request.author,
      message: `commit: ${request.message.split("\n", 1)[0] ?? ""}`,
    });
    try {
      return (await move.finish()) ? { commit, tree } : undefined;
    } finally {
      await written.release();
    }
  }

  /** Brings the pack to disk and, at the same time, what the ref will hold. The ref has not moved yet. */
  async #writeDown(
    pack: BuiltPack,
    next: RefMove,
  ): Promise<{ readonly written: WrittenPack; readonly move: PreparedMove }> {
    const [written, move] = await Promise.allSettled([
      this.objects.writePack(pack, { keep: true }),
      prepareMove(this.ports, this.repository, this.refs, next),
    ]);
    if (written.status === "rejected") {
      if (move.status === "fulfilled") await move.value.drop();
      throw written.reason;
    }
    if (move.status === "rejected") {
      await written.value.release();
      throw move.reason;
    }
    return { written: written.value, move: move.value };
  }

  /** Moves the ref to a commit that is in the repository, if it still holds `expected`. False when it does not. */
  async moveTo(
    next: string,
    expected: string | undefined,
    who: Signature,
    message: string,
  ): Promise<boolean> {
    return moveRef(this.ports, this.repository, this.refs, { ref: this.ref, expected, next, who, message });
  }

  /**
   * Runs the body while no other gastown process does the same on this ref, so that writers queue instead of losing
   * the compare-and-swap to each other. Only that: after a minute of waiting the body runs anyway.
   */
  async exclusively<T>(body: () => Promise<T>): Promise<T> {
    const { fs } = this.ports;
    const { stateDir } = this.repository;
    await fs.makeDir(stateDir);
    const name = `writer-${this.ref.replace(/[^A-Za-z0-9._-]/g, "_")}.lock`;
    const lock = await takeLock(this.ports, `${stateDir}/${name}`, stateDir, {
      timeoutMs: WRITER_LOCK_TIMEOUT_MS,
      staleAfterMs: WRITER_STALE_MS,
    });
    try {
      return await body();
    } finally {
      await lock?.release();
    }
  }

  async #refuseMassShrink(request: CommitRequest): Promise<void> {
    let removed = 0;
    for (const [path, content] of request.changes) {
      if (content === null && path.startsWith(`${BEADS_FOLDER}/`)) removed++;
    }
    if (removed < SHRINK_MIN_BEADS || request.expected === undefined) return;
    const all = await this.diff(undefined, request.expected);
    const total = all.filter(change => change.path.startsWith(`${BEADS_FOLDER}/`)).length;
    if (removed <= total * SHRINK_MAX_SHARE) return;
    throw new AppError("precondition_failed", `The commit would remove ${removed} of ${total} bead files.`, {
      hint: "Repeat with force if that is what you want.",
      data: { removed, total },
    });
  }
}
