/** Who belongs to a convoy: its edges of type `tracks`. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import { isWorkType } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";

/** Types of edges for whose target a bead waits. */
const BLOCKING_TYPES: readonly string[] = ["blocks", "conditional-blocks", "waits-for"];
/** How deep epics may lie in epics. */
const MAX_DEPTH = 10;

/** Ids that a convoy tracks, in the order in which they were added. */
export function memberIds(convoy: Bead): string[] {
  return (convoy.dependencies ?? []).filter(edge => edge.type === "tracks").map(edge => edge.depends_on_id);
}

/** Members that still exist. */
export function members(ctx: TownTurn, convoy: Bead): Bead[] {
  return memberIds(convoy).flatMap(id => {
    const bead = ctx.tx.get(id);
    return bead === undefined ? [] : [bead];
  });
}

/** True when a merge closed it, rather than somebody. */
export function isMerged(bead: Bead): boolean {
  return bead.status === "closed" && readSatellite(bead, "work")?.merge_commit !== undefined;
}

/** What a bead waits for. */
export function needs(bead: Bead): string[] {
  return (bead.dependencies ?? [])
    .filter(edge => BLOCKING_TYPES.includes(edge.type))
    .map(edge => edge.depends_on_id);
}

/** Full ids of work beads. @throws {AppError} not_found, ambiguous, invalid_argument for what is no work */
export async function workIds(ctx: TownTurn, partials: readonly string[]): Promise<string[]> {
  const ids = new Set<string>();
  for (const partial of partials) {
    const id = await ctx.resolve(partial);
    const { issue_type } = ctx.tx.require(id);
    if (!isWorkType(issue_type)) {
      throw new AppError(
        "invalid_argument",
        `${id} is ${article(issue_type)}, and a convoy follows work only.`,
        {
          hint:
            issue_type === "epic"
              ? `For the work below it: \`gt convoy create --epic ${id}\`.`
              : "Name the tasks, bugs or features that are to land together.",
          data: { bead: id, type: issue_type },
        },
      );
    }
    ids.add(id);
  }
  return [...ids];
}

/**
 * The work below an epic that is not done, through epics within it; a bead with children counts by its children.
 * @throws {AppError} invalid_argument when there is none
 */
export function workBelow(ctx: TownTurn, epic: Bead): string[] {
  const found = new Set<string>();
  const look = (id: string, depth: number): void => {
    for (const child of ctx.query({ parent: id, sort: "id" })) {
      if (depth < MAX_DEPTH) look(child.id, depth + 1);
      if (isWorkType(child.issue_type) && child.status !== "closed") found.add(child.id);
    }
  };
  look(epic.id, 1);
  if (found.size > 0) return [...found];
  throw new AppError("invalid_argument", `There is no open work below ${epic.id}.`, {
    hint: `File some: \`gt bead create "Title" --parent ${epic.id}\`.`,
    data: { bead: epic.id },
  });
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
