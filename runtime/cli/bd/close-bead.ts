/** Closing: what stands in its way, and what follows from it. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Writer } from "./backend.ts";
import { parentOf } from "./issue-json.ts";

export interface CloseOptions {
  readonly reason: string;
  readonly session?: string | undefined;
  /** Close in spite of pins, open children, gates and blockers. */
  readonly force: boolean;
  /** Closing what is closed sets the time anew, and the reason when one is given; without this it changes nothing. */
  readonly again?: { readonly reason: string | undefined } | undefined;
}

/**
 * Closes a bead. A molecule whose last step this was is closed with it.
 * @throws {AppError} not_found, precondition_failed (pinned, open children, gate), blocked
 */
export function closeBead(tx: Writer, id: string, options: CloseOptions): Bead {
  const bead = tx.require(id);
  if (bead.status === "closed") {
    if (options.again === undefined) return bead;
    const { reason } = options.again;
    return tx.update(id, { closed_at: tx.now, ...(reason === undefined ? {} : { close_reason: reason }) });
  }
  if (!options.force) refuse(tx, bead);
  tx.close(id, options.reason);
  if (options.session !== undefined) tx.update(id, { closed_by_session: options.session });
  closeFinishedMolecule(tx, bead);
  return tx.require(id);
}

/** Children by parent-child edges. */
export function childrenOf(tx: Writer, id: string): Bead[] {
  return tx.query({ dependsOn: id, edgeType: "parent-child" });
}

function refuse(tx: Writer, bead: Bead): void {
  const force = "use --force to override";
  if (bead.pinned === true || bead.status === "pinned") {
    throw new AppError("precondition_failed", `cannot close ${bead.id}: it is pinned (${force})`);
  }
  if (bead.issue_type === "gate" && bead.await_type !== undefined && !gateIsOpen(bead, tx.now)) {
    throw new AppError(
      "precondition_failed",
      `cannot close ${bead.id}: gate condition not satisfied (${force})`,
      {
        hint: "bd gate check looks whether it is.",
      },
    );
  }
  if (bead.issue_type === "epic") {
    const open = childrenOf(tx, bead.id).filter(child => child.status !== "closed");
    if (open.length > 0) {
      throw new AppError(
        "precondition_failed",
        `cannot close ${bead.id}: epic has ${open.length} open child issue(s) (${force})`,
        {
          data: { open: open.map(child => child.id) },
        },
      );
    }
  }
  const blockers = tx.blockers(bead.id).filter(id => id !== parentOf(bead));
  if (blockers.length > 0) {
    throw new AppError(
      "blocked",
      `cannot close ${bead.id}: blocked by open issues [${blockers.join(" ")}] (${force})`,
    );
  }
}

/** Gates that people open have no condition of their own; a timer opens by itself. */
function gateIsOpen(gate: Bead, now: string): boolean {
  if (gate.await_type === "human" || gate.await_type === "mail") return true;
  if (gate.await_type !== "timer") return false;
  return Date.parse(gate.created_at) + (gate.timeout ?? 0) / 1e6 <= Date.parse(now);
}

function closeFinishedMolecule(tx: Writer, step: Bead): void {
  const parent = parentOf(step);
  const root = parent === undefined ? undefined : tx.get(parent);
  if (root === undefined || root.status === "closed" || root.is_template === true) return;
  if (root.issue_type !== "molecule" && root.mol_type === undefined) return;
  if (childrenOf(tx, root.id).every(child => child.status === "closed"))
    tx.close(root.id, "All steps complete");
}
