/** What edges may be added; the wording of the refusals is what `bd` users know. */
import type { Bead } from "../schema/bead.ts";
import { DEPENDENCY_TYPES } from "../schema/bead-words.ts";
import { AppError } from "../schema/errors.ts";
import { hasPrefix } from "../schema/ids.ts";

/** Types of edges that play a part in readiness. */
export const AFFECTING_TYPES: readonly string[] = DEPENDENCY_TYPES.slice(0, 4);
const CYCLE_TYPES: readonly string[] = ["blocks", "conditional-blocks"];
/** The rule that epics and tasks do not block each other is about these types. */
const WORK_TYPES: readonly string[] = ["task", "bug", "feature", "chore", "spike", "story"];
const MAX_TYPE_LENGTH = 50;

/** The beads around an edge. */
export interface EdgeView {
  readonly prefixes: readonly string[];
  bead(id: string): Bead | undefined;
}

/** An edge that somebody wants. */
export interface NewEdge {
  readonly id: string;
  readonly dependsOn: string;
  readonly type: string;
}

/**
 * Refuses an edge that breaks a rule. An edge's target may be in another store, or nowhere; only one that should block,
 * within this store, must exist.
 * @throws {AppError} invalid_argument, not_found, dependency_cycle
 */
export function checkEdge(view: EdgeView, from: Bead, edge: NewEdge): void {
  const { id, dependsOn, type } = edge;
  if (type === "" || type.length > MAX_TYPE_LENGTH) {
    throw new AppError("invalid_argument", `invalid dependency type: "${type}"`, {
      hint: `Use one of ${DEPENDENCY_TYPES.join(", ")}, or a name of at most ${MAX_TYPE_LENGTH} characters.`,
    });
  }
  if (id === dependsOn) {
    throw new AppError("invalid_argument", `cannot add self-dependency: ${id} cannot depend on itself`, {
      hint: "Name another bead.",
    });
  }
  const target = view.bead(dependsOn);
  const affects = AFFECTING_TYPES.includes(type);
  if (target === undefined && affects && view.prefixes.some(prefix => hasPrefix(dependsOn, prefix))) {
    throw new AppError("not_found", `issue ${dependsOn} not found`, {
      hint: "Check the id with `bd list`.",
      data: { id: dependsOn },
    });
  }
  if (CYCLE_TYPES.includes(type)) {
    if (parentOf(from) === dependsOn) {
      throw new AppError(
        "invalid_argument",
        `cannot add dependency: ${id} is already a child of ${dependsOn}`,
        {
          hint: "A child can not wait for its own parent; the parent is done when its children are.",
        },
      );
    }
    if (type === "blocks" && target !== undefined) checkTypes(from, target);
  }
  checkRing(view, edge);
}

/** Refuses an edge by which beads would wait for each other, or be below themselves. @throws {AppError} dependency_cycle */
export function checkRing(view: Pick<EdgeView, "bead">, edge: NewEdge): void {
  const { id, dependsOn, type } = edge;
  if (CYCLE_TYPES.includes(type) && reaches(view, dependsOn, id, neededIds)) throw cycle(edge);
  if (type === "parent-child" && reaches(view, dependsOn, id, parentIds)) throw cycle(edge);
}

/** Id of a bead's parent; undefined when it has none. */
export function parentOf(bead: Bead): string | undefined {
  return bead.dependencies?.find(edge => edge.type === "parent-child")?.depends_on_id;
}

function checkTypes(from: Bead, target: Bead): void {
  const epicBlocksTask = target.issue_type === "epic" && WORK_TYPES.includes(from.issue_type);
  const taskBlocksEpic = from.issue_type === "epic" && WORK_TYPES.includes(target.issue_type);
  if (!epicBlocksTask && !taskBlocksEpic) return;
  const rule = epicBlocksTask
    ? "epics can only block other epics, not tasks"
    : "tasks can only block other tasks, not epics";
  throw new AppError("invalid_argument", rule, {
    hint: "Use the type parent-child to put work under an epic, or related for a mere reference.",
  });
}

function cycle(edge: NewEdge): AppError {
  return new AppError("dependency_cycle", "adding dependency would create a cycle", {
    hint: `${edge.dependsOn} already depends on ${edge.id}, directly or through others; see \`bd dep tree ${edge.dependsOn}\`.`,
    data: { id: edge.id, depends_on_id: edge.dependsOn },
  });
}

function neededIds(bead: Bead): string[] {
  const edges = bead.dependencies ?? [];
  return edges.filter(edge => CYCLE_TYPES.includes(edge.type)).map(edge => edge.depends_on_id);
}

function parentIds(bead: Bead): string[] {
  const edges = bead.dependencies ?? [];
  return edges.filter(edge => edge.type === "parent-child").map(edge => edge.depends_on_id);
}

function reaches(
  view: Pick<EdgeView, "bead">,
  start: string,
  goal: string,
  next: (bead: Bead) => string[],
): boolean {
  const seen = new Set<string>();
  const stack = [start];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (id === goal) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    const bead = view.bead(id);
    if (bead !== undefined) stack.push(...next(bead));
  }
  return false;
}
