/** Beads that stand for agents: their state, when they were last heard of, and what hangs on their slots. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { usageError } from "../lib/args.ts";
import type { BdContext } from "./context.ts";
import { requireBead } from "./ids.ts";

/** What an agent can say of itself. */
export const AGENT_STATES = [
  "idle",
  "spawning",
  "running",
  "working",
  "stuck",
  "done",
  "stopped",
  "dead",
] as const;

/** Slot -> the field of the agent's bead that names what hangs on it. */
const SLOTS = { hook: "hook_bead", role: "role_bead" } as const;
export const SLOT_NAMES = ["hook", "role"] as const;

/** The field of a slot. @throws {AppError} invalid_argument */
export function slotField(name: string): "hook_bead" | "role_bead" {
  if (name === "hook" || name === "role") return SLOTS[name];
  throw usageError(`invalid slot "${name}" (valid: ${SLOT_NAMES.join(", ")})`);
}

/** The bead of an agent. @throws {AppError} not_found, ambiguous, invalid_argument */
export async function requireAgent(ctx: BdContext, word: string): Promise<Bead> {
  const bead = await requireBead(ctx, word);
  if (bead.issue_type === "agent" || bead.labels?.includes("gt:agent") === true) return bead;
  throw new AppError("invalid_argument", `${bead.id} is not an agent bead (type: ${bead.issue_type})`, {
    hint: "bd agent state <id> <state> makes one when the id is free.",
  });
}

/** A text of the bead that is no field of its own; null when there is none. */
export function textOr(bead: Bead, field: string): string | null {
  const value = bead[field];
  return typeof value === "string" && value !== "" ? value : null;
}
