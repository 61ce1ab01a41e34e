/** What a store is opened with. */
import type { BranchPorts } from "../branch/ports.ts";
import type { SqlPort } from "../index/sql.ts";
import type { AppError } from "../schema/errors.ts";

/** The branch on which beads lie unless said otherwise. */
export const DEFAULT_REF = "refs/heads/beads";
/** How often a watched store looks for commits of other processes. */
export const DEFAULT_POLL_MS = 500;

/** What the store takes from its host. */
export interface StorePorts extends BranchPorts {
  readonly sql: SqlPort;
}

/** Which store to open. */
export interface StoreOptions {
  /** A git directory, or a folder with `.git` in it. */
  readonly gitDir: string;
  /** Default `refs/heads/beads`. */
  readonly ref?: string;
  /** Prefix of the ids, for a store that is made; one that exists knows its own. */
  readonly prefix?: string;
  /** Makes the branch when it does not exist. */
  readonly create?: boolean;
  readonly ports: StorePorts;
  /** Milliseconds between looks for commits of other processes while somebody watches. Default 500. */
  readonly pollMs?: number;
  /** Without a local branch, ephemeral beads go to the shared one. Default true. */
  readonly local?: boolean;
  /** Has another process bring the index to the newest commit, after an import of very many beads. Never throws. */
  readonly buildIndexApart?: () => Promise<void>;
  /** Told of failures that concern no caller, such as an index that can not be written. */
  readonly report?: (error: AppError) => void;
}
