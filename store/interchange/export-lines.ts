/** Export: beads as lines that the original imports. */
import type { Bead } from "../schema/bead.ts";

/** What an export leaves out unless asked. */
export interface ExportOptions {
  /** Agents, roles, rigs, messages. */
  readonly infra?: boolean;
  readonly templates?: boolean;
  readonly gates?: boolean;
  /** Leave out what looks like left-overs of tests. */
  readonly scrub?: boolean;
  /** Leave out beads created by these. */
  readonly excludeOwners?: readonly string[];
}

const INFRA: readonly string[] = ["agent", "rig", "role", "message"];
const TEST_TITLE = /^(test|testing|tmp|temp|foo|bar|asdf|delete me)\b/i;

/** True when the bead belongs into an export with these options; wisps never do. */
export function isExported(bead: Bead, options: ExportOptions): boolean {
  if (bead.ephemeral === true) return false;
  if (options.infra !== true && INFRA.includes(bead.issue_type)) return false;
  if (options.templates !== true && bead.is_template === true) return false;
  if (options.gates === false && bead.issue_type === "gate") return false;
  if (options.scrub === true && TEST_TITLE.test(bead.title) && (bead.description ?? "").length < 40)
    return false;
  const owners = options.excludeOwners ?? [];
  return !owners.some(owner => owner === bead.created_by || owner === bead.owner);
}
