/** Makes a claim known before it is reported, so that two machines do not both believe that they have a bead. */
import type { Branch } from "../branch/branch.ts";
import { beadPath } from "../branch/layout.ts";
import { parseBeadFile } from "../model/bead-file.ts";
import { AppError, hasCode } from "../schema/errors.ts";
import type { SyncPorts } from "./ports.ts";
import type { RemoteChoice } from "./remote.ts";
import { syncBranch } from "./sync.ts";

/** What a claim came to. */
export type ClaimOutcome =
  /** The remote has it: nobody else can get the bead. */
  | { readonly outcome: "shared"; readonly remote: string }
  /** Somebody else was first; the local branch says so now. */
  | { readonly outcome: "lost"; readonly remote: string; readonly winner: string | undefined }
  /** There is no remote: the local claim is all there is. */
  | { readonly outcome: "alone" }
  /** The remote did not answer in time or not at all: claimed here, and another machine may be first. */
  | { readonly outcome: "local"; readonly error: AppError };

/** Whose claim of which bead, and how long to try. */
export interface ClaimPush extends RemoteChoice {
  readonly id: string;
  readonly actor: string;
  /** Ends the attempt: a deadline, or a person's Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Syncs after a claim was committed locally, and reads who has the bead then. Never throws for what a remote does or
 * does not do: the claim stands locally, and the outcome says what is known.
 * @throws {AppError} corrupt, storage_full, storage_io of the local repository
 */
export async function pushClaim(branch: Branch, ports: SyncPorts, claim: ClaimPush): Promise<ClaimOutcome> {
  const { id, actor, signal, remote, remoteRef } = claim;
  let name = remote ?? "";
  try {
    const report = await syncBranch(branch, ports, { remote, remoteRef, signal });
    name = report.remote;
  } catch (error) {
    if (hasCode(error, "not_found") && remote === undefined && error.data?.remote === undefined) {
      return { outcome: "alone" };
    }
    if (hasCode(error, "storage_full", "storage_io")) throw error;
    return { outcome: "local", error: AppError.from(error) };
  }
  const winner = await assigneeOf(branch, id);
  return winner === actor ? { outcome: "shared", remote: name } : { outcome: "lost", remote: name, winner };
}

async function assigneeOf(branch: Branch, id: string): Promise<string | undefined> {
  const head = await branch.head();
  const path = beadPath(id);
  const data = head === undefined ? undefined : await branch.readFile(head, path);
  if (data === undefined) return undefined;
  const parsed = parseBeadFile(path, "100644", data);
  return parsed.kind === "bead" ? parsed.bead.assignee : undefined;
}
