/** Makes a new bead of what a caller gives. */
import type { Bead, Dependency, NewBead } from "../schema/bead.ts";
import { normalizeBead } from "./bead-file.ts";
import { requireStatus, resolveType, type StoreConfig } from "./config.ts";
import { alignStatus } from "./status-rules.ts";
import { checkLimits, requireValid } from "./text-limits.ts";

/** What a new bead takes from its surroundings. */
export interface Birth {
  readonly id: string;
  readonly config: StoreConfig;
  readonly actor: string;
  /** RFC 3339. */
  readonly now: string;
}

/** The bead, without its edges, which have rules of their own. @throws {AppError} invalid_argument, too_large */
export function createBead(input: NewBead, birth: Birth): Bead {
  const { prefix: _prefix, parent: _parent, dependencies: _edges, id: _id, ...fields } = input;
  const bead = normalizeBead({
    ...definedOnly(fields),
    id: birth.id,
    title: input.title,
    status: requireStatus(birth.config, input.status ?? "open"),
    priority: input.priority ?? 2,
    issue_type: resolveType(birth.config, input.issue_type ?? "task"),
    created_by: input.created_by ?? birth.actor,
    created_at: birth.now,
    updated_at: birth.now,
  });
  checkLimits(bead);
  requireValid(bead);
  return alignStatus(bead, undefined, birth.now);
}

/** A new edge. */
export function createEdge(
  id: string,
  target: string,
  type: string,
  made: { readonly now: string; readonly actor: string; readonly metadata?: string | undefined },
): Dependency {
  return {
    issue_id: id,
    depends_on_id: target,
    type,
    created_at: made.now,
    created_by: made.actor,
    ...(made.metadata === undefined ? {} : { metadata: made.metadata }),
  };
}

function definedOnly<T extends object>(value: T): T {
  const copy = { ...value };
  for (const [key, member] of Object.entries(copy)) {
    if (member === undefined || member === null) Reflect.deleteProperty(copy, key);
  }
  return copy;
}
