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

const ORIGINAL_TYPES: readonly string[] =
  "task bug feature epic chore decision message molecule gate spike story milestone event".split(" ");
const ORIGINAL_STATUSES: readonly string[] = "open in_progress blocked hooked deferred pinned closed".split(
  " ",
);

/** Collects the words of exported beads that the original does not take by itself. */
export class ForeignWords {
  readonly #statuses = new Set<string>();
  readonly #types = new Set<string>();

  note(bead: Bead): void {
    if (!ORIGINAL_STATUSES.includes(bead.status)) this.#statuses.add(bead.status);
    if (!ORIGINAL_TYPES.includes(bead.issue_type)) this.#types.add(bead.issue_type);
  }

  /** The commands that make the original take them; undefined when it needs none. `categoryOf`: what a status means. */
  remedy(categoryOf: (status: string) => string): string | undefined {
    const statuses = [...this.#statuses].sort().map(status => `${status}:${categoryOf(status)}`);
    const commands = [
      ...(statuses.length === 0 ? [] : [`bd config set status.custom "${statuses.join(",")}"`]),
      ...(this.#types.size === 0
        ? []
        : [`bd config set types.custom "${[...this.#types].sort().join(",")}"`]),
    ];
    return commands.length === 0 ? undefined : commands.join(" && ");
  }
}
