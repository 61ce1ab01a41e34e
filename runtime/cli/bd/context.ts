/** What every command of `bd` is given. */
import type { Io } from "../lib/io.ts";
import type { Program } from "../lib/program.ts";
import type { Backend } from "./backend.ts";
import type { Output } from "./output.ts";
import type { Workspace } from "./workspace.ts";

/** The global flags of a line. */
export interface Globals {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly readonly: boolean;
  readonly actor: string | undefined;
}

export interface BdContext {
  readonly io: Io;
  /** Folder that the command is about: `-C`, else where it was started. */
  readonly cwd: string;
  readonly globals: Globals;
  readonly out: Output;
  /** Epoch milliseconds. */
  now(): number;
  /** @throws {AppError} not_found when there is none, or it has no beads yet */
  workspace(): Workspace;
  /** The workspace if there is one, whatever its state. */
  findWorkspace(): Workspace | undefined;
  /** True inside a sandbox: the beads are asked of the town. */
  readonly inTown: boolean;
  /** Opened on first use, closed by the runner. */
  backend(): Promise<Backend>;
  actor(): string;
  /** Mail address of the person, for `owner`. */
  owner(): string | undefined;
  /** Remembers the bead for commands without an id; after a change, also touches the file that watchers watch. */
  touched(id: string, changed: boolean): void;
  /** The bead last created, changed or shown here. */
  lastTouched(): string | undefined;
  /** Runs a program and gives back its output; for editors and git. */
  spawn(argv: readonly string[], options?: SpawnOptions): SpawnResult;
  /** The same call in another folder; to be disposed of by whoever asked for it. @throws {AppError} not_found */
  at(directory: string): BdContext;
  /** The commands themselves, for completion. */
  readonly program: Program<BdContext>;
  /** Closes what was opened. */
  dispose(): Promise<void>;
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly input?: string;
  /** The program talks to the terminal itself. */
  readonly inherit?: boolean;
}

export interface SpawnResult {
  /** -1 when the program could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
