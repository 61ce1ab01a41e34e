/** The board's columns, computed from the beads. Pure. */
import type { Bead } from "../../store/schema/bead.ts";
import { NO_POLECAT_TYPES } from "../../store/schema/bead-words.ts";

export const BOARD_COLUMNS = ["open", "hooked", "in_progress", "in_review", "done"] as const;
export type BoardColumn = (typeof BOARD_COLUMNS)[number];

/** One card: the bead, and the ids of the beads that it waits for. */
export interface BoardCard {
  readonly bead: Bead;
  readonly blockedBy: readonly string[];
}
export type Board = Readonly<Record<BoardColumn, readonly BoardCard[]>>;

const BLOCKING = new Set(["blocks", "conditional-blocks"]);
const NOT_BLOCKING_STATUS = new Set(["closed", "pinned"]);

/** True for what the board shows: work, not records of the town itself. */
export function isWork(bead: Bead): boolean {
  return !NO_POLECAT_TYPES.includes(bead.issue_type) && bead.ephemeral !== true && bead.is_template !== true;
}

/** Sorts the beads into columns: most urgent first, the done by when they were done, failures before successes. */
export function boardOf(beads: ReadonlyMap<string, Bead>, text = ""): Board {
  const columns: Record<BoardColumn, BoardCard[]> = {
    open: [],
    hooked: [],
    in_progress: [],
    in_review: [],
    done: [],
  };
  const blocked = new Map<string, readonly string[]>();
  for (const bead of beads.values()) {
    if (!isWork(bead) || !matches(bead, text)) continue;
    const column = columnOf(bead.status);
    const blockedBy = column === "open" ? blockersOf(bead, beads, blocked) : [];
    columns[column].push({ bead, blockedBy });
  }
  columns.open.sort((a, b) => openRank(a) - openRank(b) || byUrgency(a.bead, b.bead));
  for (const name of ["hooked", "in_progress", "in_review"] as const) {
    columns[name].sort((a, b) => byUrgency(a.bead, b.bead));
  }
  columns.done.sort((a, b) => byDone(a.bead, b.bead));
  return columns;
}

/** The column of a status; statuses that a store has defined itself stand with the open ones. */
export function columnOf(status: string): BoardColumn {
  switch (status) {
    case "hooked":
    case "in_progress":
    case "in_review":
      return status;
    case "closed":
    case "failed":
      return "done";
    default:
      return "open";
  }
}

/** Ids of what keeps a bead from being ready, its own and its ancestors'. Remembers what it found in `known`. */
function blockersOf(
  bead: Bead,
  beads: ReadonlyMap<string, Bead>,
  known: Map<string, readonly string[]>,
): readonly string[] {
  const found = known.get(bead.id);
  if (found !== undefined) return found;
  // Set first, so that a cycle of edges ends here.
  known.set(bead.id, []);
  const blockers = new Set<string>();
  for (const edge of bead.dependencies ?? []) {
    const target = beads.get(edge.depends_on_id);
    if (target === undefined) continue;
    if (BLOCKING.has(edge.type) && !NOT_BLOCKING_STATUS.has(target.status)) blockers.add(target.id);
    if (edge.type === "parent-child") {
      for (const id of blockersOf(target, beads, known)) blockers.add(id);
    }
  }
  const result = [...blockers];
  known.set(bead.id, result);
  return result;
}

/** Ready before blocked before put aside. */
function openRank({ bead, blockedBy }: BoardCard): number {
  if (bead.status === "deferred" || bead.status === "pinned") return 2;
  return bead.status === "blocked" || blockedBy.length > 0 ? 1 : 0;
}

function byUrgency(a: Bead, b: Bead): number {
  return a.priority - b.priority || compare(a.created_at, b.created_at) || compare(a.id, b.id);
}

function byDone(a: Bead, b: Bead): number {
  const failedFirst = Number(b.status === "failed") - Number(a.status === "failed");
  return (
    failedFirst || compare(b.closed_at ?? b.updated_at, a.closed_at ?? a.updated_at) || compare(a.id, b.id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Every word of the filter is in the id, title, labels or assignee. */
function matches(bead: Bead, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const hay = [bead.id, bead.title, bead.assignee ?? "", ...(bead.labels ?? [])].join(" ").toLowerCase();
  return words.every(word => hay.includes(word));
}
