/** `bd dep add`: one edge, or many from a file. */
import { z } from "zod";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { edgeAnswer } from "../dep-json.ts";
import { requireDependencyType, target } from "../dependency-words.ts";
import { resolveId } from "../ids.ts";
import { readInput } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Add a dependency: the first bead depends on the second",
  examples: [
    { line: "bd dep add bd-a3f bd-x7k" },
    { line: "bd dep add bd-a3f --blocked-by bd-x7k" },
    { line: "bd dep add --file edges.jsonl", note: 'lines like {"from":"bd-a3f","to":"bd-x7k"}' },
  ],
  positionals: [
    { name: "id", complete: "bead" },
    { name: "depends-on", complete: "bead" },
  ],
  flags: {
    type: { type: "string", short: "t", value: "type", default: "blocks", summary: "Kind of dependency" },
    "blocked-by": { type: "string", value: "id", summary: "The bead that it depends on", complete: "bead" },
    "depends-on": { type: "string", value: "id", summary: "The same", complete: "bead" },
    file: {
      type: "string",
      value: "file",
      summary: "Edges as JSON lines, - for standard input",
      complete: "file",
    },
    "no-cycle-check": { type: "boolean", summary: "Understood; cycles are always refused", hidden: true },
  },
  async run({ flags, args }, ctx) {
    if (flags.file !== undefined) return addMany(flags.file, flags.type, ctx);
    const [first, second = flags["blocked-by"] ?? flags["depends-on"]] = args;
    if (first === undefined || second === undefined)
      throw usageError("two issue IDs are required: <id> <depends-on-id>");
    const type = requireDependencyType(flags.type);
    const [from, to] = [await resolveId(ctx, first), await target(second, ctx)];
    const backend = await ctx.backend();
    await backend.change({ touches: "all" }, tx => tx.addDependency(from, to, type));
    ctx.touched(from, true);
    ctx.out.emit(
      edgeAnswer("added", from, to, type),
      () => `${ctx.out.style.green("✓")} Added dependency: ${from} depends on ${to} (${type})`,
    );
    return 0;
  },
});

const lineSchema = z
  .looseObject({
    from: z.string().optional(),
    to: z.string().optional(),
    issue_id: z.string().optional(),
    depends_on_id: z.string().optional(),
    type: z.string().optional(),
  })
  .transform(line => ({
    from: line.from ?? line.issue_id,
    to: line.to ?? line.depends_on_id,
    type: line.type,
  }));

async function addMany(file: string, defaultType: string, ctx: BdContext): Promise<number> {
  const lines = (await readInput(file, ctx)).split("\n").map(line => line.trim());
  const edges: { readonly from: string; readonly to: string; readonly type: string }[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const edge = parseLine(line);
    if (edge?.from === undefined || edge.to === undefined) {
      throw new AppError(
        "invalid_argument",
        `line ${index + 1}: expected {"from": "<id>", "to": "<id>", "type"?: "<type>"}`,
      );
    }
    const type = requireDependencyType(edge.type ?? defaultType);
    edges.push({ from: await resolveId(ctx, edge.from), to: await target(edge.to, ctx), type });
  }
  const backend = await ctx.backend();
  await backend.change({ touches: "all" }, tx => {
    for (const { from, to, type } of edges) tx.addDependency(from, to, type);
  });
  const last = edges.at(-1);
  if (last !== undefined) ctx.touched(last.from, true);
  const dependencies = edges.map(({ from, to, type }) => ({ issue_id: from, depends_on_id: to, type }));
  ctx.out.emit(
    { status: "added", count: edges.length, dependencies },
    () => `✓ Added dependency edges: ${edges.length}`,
  );
  return 0;
}

function parseLine(line: string) {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
