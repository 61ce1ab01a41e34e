/** Making one bead with its edges and labels, in one commit. */
import type { Bead, NewBead } from "../../../store/schema/bead.ts";
import { usageError } from "../lib/args.ts";
import type { Writer } from "./backend.ts";
import type { BdContext } from "./context.ts";
import type { NewEdge } from "./dependency-words.ts";
import { list } from "./values.ts";

export interface CreateInput {
  readonly bead: NewBead;
  readonly labels: readonly string[];
  /** Take over the labels of the parent. */
  readonly inheritLabels: boolean;
  readonly edges: readonly NewEdge[];
  /** Take an id with a foreign prefix. */
  readonly force?: boolean;
  readonly waitsFor?: { readonly spawner: string; readonly gate: string };
}

/** Creates the bead. @throws {AppError} invalid_argument, already_exists, not_found, dependency_cycle */
export async function createBead(input: CreateInput, ctx: BdContext): Promise<Bead> {
  const backend = await ctx.backend();
  const parent = input.bead.parent;
  const touches = [
    ...(parent === undefined ? [] : [parent]),
    ...input.edges.map(edge => edge.target),
    ...(input.waitsFor === undefined ? [] : [input.waitsFor.spawner]),
  ];
  return backend.change({ touches, ...(input.force === true ? { force: true } : {}) }, tx =>
    createIn(tx, input),
  );
}

/** The same inside a unit of work. */
export function createIn(tx: Writer, input: CreateInput): Bead {
  const parent = input.bead.parent === undefined ? undefined : tx.get(input.bead.parent);
  const inherited = input.inheritLabels ? (parent?.labels ?? []) : [];
  const labels = [...new Set([...input.labels, ...inherited])];
  const bead = tx.create({ ...input.bead, ...(labels.length === 0 ? {} : { labels }) });
  for (const edge of input.edges) {
    if (edge.reversed) tx.addDependency(edge.target, bead.id, edge.type);
    else tx.addDependency(bead.id, edge.target, edge.type);
  }
  if (input.waitsFor !== undefined) {
    const { spawner, gate } = input.waitsFor;
    tx.addDependency(bead.id, spawner, "waits-for", JSON.stringify({ gate, spawner_id: spawner }));
  }
  return tx.require(bead.id);
}

/** Refuses an id of one's own with a prefix that is not of this store. @throws {AppError} invalid_argument */
export function checkNewId(
  id: string,
  prefix: string,
  config: Readonly<Record<string, string>>,
  force: boolean,
): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*-[A-Za-z0-9._-]+$/.test(id))
    throw usageError(`invalid issue ID "${id}" (expected prefix-hash)`);
  const allowed = [prefix, ...list(config.allowed_prefixes ?? "").map(word => word.replace(/-$/, ""))];
  if (!force && !allowed.some(known => id.startsWith(`${known}-`))) {
    throw usageError(
      `prefix mismatch: "${id}" does not begin with "${prefix}-"`,
      `Use --force, or: bd config set allowed_prefixes "${id.slice(0, id.lastIndexOf("-"))}"`,
    );
  }
}
