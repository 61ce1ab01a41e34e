/**
 * Makes a claim known before it is reported, so that two machines do not both believe that they have a bead. The remote is
 * the arbiter: whose claim it has first, has the bead, even when another claim was made a moment earlier elsewhere.
 */
import type { Branch } from "../branch/branch.ts";
import { beadPath } from "../branch/layout.ts";
import { parseBeadFile } from "../model/bead-file.ts";
import { AppError, hasCode } from "../schema/errors.ts";
import type { SyncPorts } from "./ports.ts";
import { findRemote, type Remote, type RemoteChoice } from "./remote.ts";
import { syncWith } from "./sync.ts";

/** Times that somebody else may be quicker before the claim stays local. */
const MAX_ATTEMPTS = 8;

/** What a claim came to. */
export type ClaimOutcome =
  /** The remote has it: nobody else who asks it can get the bead. */
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
  /** Gives the bead to whom the remote has it from: writes the assignee to the local branch. */
  readonly concede: (winner: string) => Promise<unknown>;
}

/**
 * Exchanges beads after a claim was committed locally, and says who has the bead then. Never throws for what a remote does
 * or does not do: the claim stands locally then, and the outcome says what is known.
 * @throws {AppError} what `concede` throws; storage_full, storage_io of the local repository
 */
export async function pushClaim(branch: Branch, ports: SyncPorts, claim: ClaimPush): Promise<ClaimOutcome> {
  let remote: Remote;
  try {
    remote = await findRemote(branch, ports, claim);
  } catch (error) {
    const none = claim.remote === undefined && hasCode(error, "not_found");
    return none ? { outcome: "alone" } : local(error);
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await exchange(branch, remote, claim);
    } catch (error) {
      const raced = hasCode(error, "precondition_failed", "conflict") && attempt < MAX_ATTEMPTS;
      if (!raced) return local(error);
    }
  }
}

async function exchange(branch: Branch, remote: Remote, claim: ClaimPush): Promise<ClaimOutcome> {
  const { id, actor, signal } = claim;
  await syncWith(branch, remote, { push: false, signal });
  const there = await assigneeOf(branch.sibling(remote.tracking), id);
  let here = await assigneeOf(branch, id);
  if (there !== undefined && there !== actor && here === actor) {
    await claim.concede(there);
    here = there;
  }
  await syncWith(branch, remote, { pull: false, signal });
  return here === actor
    ? { outcome: "shared", remote: remote.name }
    : { outcome: "lost", remote: remote.name, winner: here };
}

function local(error: unknown): ClaimOutcome {
  if (hasCode(error, "storage_full", "storage_io")) throw error;
  return { outcome: "local", error: AppError.from(error) };
}

async function assigneeOf(branch: Branch, id: string): Promise<string | undefined> {
  const head = await branch.head();
  const path = beadPath(id);
  const data = head === undefined ? undefined : await branch.readFile(head, path);
  if (data === undefined) return undefined;
  const parsed = parseBeadFile(path, "100644", data);
  return parsed.kind === "bead" ? parsed.bead.assignee : undefined;
}
