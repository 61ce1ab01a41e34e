/** `bd create --graph`: a plan of beads and edges, made in one commit or not at all. */
import { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import { usageError } from "../lib/args.ts";
import type { Writer } from "./backend.ts";
import type { BdContext } from "./context.ts";
import { requireDependencyType } from "./dependency-words.ts";
import { normaliseType, readInput } from "./values.ts";

const nodeSchema = z.looseObject({
  key: z.string().min(1),
  title: z.string().min(1),
  type: z.string().default("task"),
  description: z.string().optional(),
  assignee: z.string().optional(),
  /** Set the assignee only after everything else stands, so that nobody starts on half a plan. */
  assign_after_create: z.boolean().default(false),
  priority: z.int().min(0).max(4).default(2),
  labels: z.array(z.string()).default([]),
  metadata: z.record(z.string(), z.unknown()).optional(),
  /** Metadata keys whose value is the id that a key of the plan gets. */
  metadata_refs: z.record(z.string(), z.string()).default({}),
  parent_key: z.string().optional(),
  parent_id: z.string().optional(),
});
const edgeSchema = z.looseObject({
  from_key: z.string().optional(),
  from_id: z.string().optional(),
  to_key: z.string().optional(),
  to_id: z.string().optional(),
  type: z.string().default("blocks"),
});
const planSchema = z.looseObject({
  commit_message: z.string().optional(),
  nodes: z.array(nodeSchema).min(1),
  edges: z.array(edgeSchema).default([]),
});
type Plan = z.infer<typeof planSchema>;

/** Creates the plan and prints the ids by key. @throws {AppError} invalid_argument, not_found, dependency_cycle */
export async function createGraph(path: string, dryRun: boolean, ctx: BdContext): Promise<number> {
  const plan = parsePlan(await readInput(path, ctx));
  checkKeys(plan);
  const parents = plan.nodes.filter(
    node => node.parent_key !== undefined || node.parent_id !== undefined,
  ).length;
  if (dryRun) {
    ctx.out.emit(
      {
        dry_run: true,
        node_count: plan.nodes.length,
        edge_count: plan.edges.length,
        parent_deps: parents,
        nodes: plan.nodes.map(({ key, title, type }) => ({ key, title, type })),
      },
      () => `Would create ${plan.nodes.length} issues with ${plan.edges.length} edges`,
    );
    return 0;
  }
  const backend = await ctx.backend();
  const subject =
    plan.commit_message === undefined ? {} : { subject: plan.commit_message.split("\n", 1)[0] ?? "" };
  const ids = await backend.change({ touches: "all", ...subject }, tx => build(tx, plan, ctx.owner()));
  ctx.touched(Object.values(ids).at(-1) ?? "", true);
  ctx.out.emit({ ids }, () =>
    Object.entries(ids)
      .map(([key, id]) => `${key} -> ${id}`)
      .join("\n"),
  );
  return 0;
}

function build(tx: Writer, plan: Plan, owner: string | undefined): Record<string, string> {
  const ids: Record<string, string> = {};
  // Parents first: a child's id comes from its parent's.
  const waiting = [...plan.nodes];
  while (waiting.length > 0) {
    const at = waiting.findIndex(node => node.parent_key === undefined || ids[node.parent_key] !== undefined);
    const [node] = waiting.splice(at === -1 ? 0 : at, 1);
    if (at === -1 || node === undefined)
      throw new AppError("invalid_argument", "the parents of the plan go in a circle");
    const parent = node.parent_key === undefined ? node.parent_id : ids[node.parent_key];
    const bead = tx.create({
      title: node.title,
      issue_type: normaliseType(node.type),
      priority: node.priority,
      ...(node.description === undefined ? {} : { description: node.description }),
      ...(node.assignee === undefined || node.assign_after_create ? {} : { assignee: node.assignee }),
      ...(node.labels.length === 0 ? {} : { labels: node.labels }),
      ...(node.metadata === undefined ? {} : { metadata: node.metadata }),
      ...(parent === undefined ? {} : { parent }),
      ...(owner === undefined ? {} : { owner }),
    });
    ids[node.key] = bead.id;
  }
  for (const edge of plan.edges) {
    const from = edge.from_id ?? ids[edge.from_key ?? ""] ?? "";
    const to = edge.to_id ?? ids[edge.to_key ?? ""] ?? "";
    tx.addDependency(from, to, requireDependencyType(edge.type));
  }
  for (const node of plan.nodes) {
    const id = ids[node.key] ?? "";
    const refs = Object.entries(node.metadata_refs).map(([name, key]) => [name, ids[key] ?? key] as const);
    if (refs.length > 0) tx.update(id, { metadata: Object.fromEntries(refs) });
    if (node.assign_after_create && node.assignee !== undefined) tx.update(id, { assignee: node.assignee });
  }
  return ids;
}

function parsePlan(text: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_argument", "the plan is not valid JSON", { cause });
  }
  const parsed = planSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usageError(`the plan is not valid: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

function checkKeys(plan: Plan): void {
  const keys = new Set<string>();
  for (const { key } of plan.nodes) {
    if (keys.has(key)) throw usageError(`the key "${key}" stands twice in the plan`);
    keys.add(key);
  }
  const named = [
    ...plan.nodes.map(node => node.parent_key),
    ...plan.edges.flatMap(edge => [
      edge.from_id === undefined ? (edge.from_key ?? "") : undefined,
      edge.to_id === undefined ? (edge.to_key ?? "") : undefined,
    ]),
  ];
  for (const key of named)
    if (key !== undefined && !keys.has(key)) throw usageError(`the plan has no node with the key "${key}"`);
}
