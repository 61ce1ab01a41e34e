/** Deleting: what goes, what is cut, and which texts mention it. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { Writer } from "./backend.ts";

/** What a deletion does, or would do. */
export interface DeletionReport {
  readonly ids: readonly string[];
  /** Edges cut, in either direction. */
  readonly dependencies: number;
  /** Beads in whose text a reference is replaced. */
  readonly references: number;
  readonly labels: number;
  /** Beads that stay and lose something that they depended on, or their parent. */
  readonly orphaned: readonly string[];
}

const TEXTS = ["title", "description", "design", "acceptance_criteria", "notes"] as const;

/** Ids with all that depends on them, directly or not. */
export function withDependents(tx: Writer, ids: readonly string[]): string[] {
  const all = new Set(ids);
  const queue = [...ids];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const bead of tx.query({ dependsOn: id })) {
      if (all.has(bead.id)) continue;
      all.add(bead.id);
      queue.push(bead.id);
    }
  }
  return [...all];
}

/** Beads outside the set that depend on one inside. */
export function outsideDependents(tx: Writer, ids: readonly string[]): Bead[] {
  const inside = new Set(ids);
  const found = new Map<string, Bead>();
  for (const id of ids)
    for (const bead of tx.query({ dependsOn: id })) if (!inside.has(bead.id)) found.set(bead.id, bead);
  return [...found.values()];
}

/** Counts and, unless `dryRun`, does it. @throws {AppError} not_found */
export function deleteBeads(
  tx: Writer,
  ids: readonly string[],
  options: { readonly dryRun: boolean; readonly reason?: string },
): DeletionReport {
  const doomed = new Set(ids);
  const beads = ids.map(id => tx.require(id));
  const outside = outsideDependents(tx, ids);
  const connected = new Map(outside.map(bead => [bead.id, bead]));
  let dependencies = 0;
  for (const bead of beads) {
    for (const edge of bead.dependencies ?? []) {
      dependencies += 1;
      const target = doomed.has(edge.depends_on_id) ? undefined : tx.get(edge.depends_on_id);
      if (target !== undefined) connected.set(target.id, target);
    }
  }
  for (const bead of outside) {
    for (const edge of bead.dependencies ?? []) {
      if (!doomed.has(edge.depends_on_id)) continue;
      dependencies += 1;
      if (!options.dryRun) tx.removeDependency(bead.id, edge.depends_on_id);
    }
  }
  let references = 0;
  for (const bead of connected.values()) {
    const patch = replaceReferences(bead, ids);
    if (Object.keys(patch).length === 0) continue;
    references += 1;
    if (!options.dryRun) tx.update(bead.id, patch);
  }
  // Children before parents, so that nothing is left hanging half way.
  if (!options.dryRun)
    for (const id of [...ids].sort((a, b) => b.length - a.length)) tx.delete(id, options.reason);
  return {
    ids,
    dependencies,
    references,
    labels: beads.reduce((sum, bead) => sum + (bead.labels?.length ?? 0), 0),
    orphaned: outside.map(bead => bead.id),
  };
}

function replaceReferences(
  bead: Bead,
  ids: readonly string[],
): Partial<Record<(typeof TEXTS)[number], string>> {
  const patch: Partial<Record<(typeof TEXTS)[number], string>> = {};
  for (const field of TEXTS) {
    const before = bead[field];
    if (before === undefined) continue;
    let after = before;
    for (const id of ids) after = after.replace(referencePattern(id), `[deleted:${id}]`);
    if (after !== before) patch[field] = after;
  }
  return patch;
}

/** The id as a word of its own: not inside a longer id, and not a child of it. */
export function referencePattern(id: string): RegExp {
  const escaped = id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![A-Za-z0-9_.:-])${escaped}(?![A-Za-z0-9_-]|\\.[A-Za-z0-9])`, "g");
}
