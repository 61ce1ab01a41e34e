/** `bd batch`: many changes in one commit, or none. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { Writer } from "../backend.ts";
import { type BatchLine, type BatchOperation, parseBatch } from "../batch-lines.ts";
import { closeBead } from "../close-bead.ts";
import type { BdContext } from "../context.ts";
import { requireDependencyType } from "../dependency-words.ts";
import { resolveId } from "../ids.ts";
import { parsePriority, readInput, requireStatus, requireType } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Many changes in one commit",
  description:
    "One change a line, from standard input or a file: close <id> [reason]; update <id> key=value...; create <type> <priority> <title>; dep add|remove <id> <id> [type]. All of them happen, or none.",
  examples: [{ line: "printf 'close bd-1 done\\nupdate bd-2 status=in_progress\\n' | bd batch" }],
  flags: {
    file: { type: "string", short: "f", value: "file", summary: "From a file", complete: "file" },
    message: { type: "string", short: "m", summary: "Subject of the commit" },
    "dry-run": { type: "boolean", summary: "Only read the lines" },
  },
  async run({ flags }, ctx) {
    const lines = parseBatch(await readInput(flags.file ?? "-", ctx));
    if (flags["dry-run"] === true) {
      ctx.out.emit({ dry_run: true, operations: lines.length, commands: lines.map(({ text }) => text) }, () =>
        lines.map(({ text }) => text).join("\n"),
      );
      return 0;
    }
    const backend = await ctx.backend();
    const config = await backend.config();
    const resolved = await Promise.all(lines.map(line => resolveLine(line, ctx)));
    const subject = flags.message ?? `Batch of ${lines.length} changes`;
    const owner = ctx.owner();
    const results = await backend.change({ touches: "all", subject }, tx =>
      resolved.map(({ line, text, operation }) => {
        try {
          return { line, command: text, id: perform(tx, operation, config, owner) };
        } catch (error) {
          const known = AppError.from(error);
          throw new AppError(known.code, `line ${line}: ${text}: ${known.message} (nothing was changed)`, {
            hint: known.hint,
            cause: error,
          });
        }
      }),
    );
    const last = results.at(-1);
    if (last !== undefined) ctx.touched(last.id, true);
    ctx.out.emit(
      { operations: results.length, results },
      () => `✓ ${results.length} operations in one commit`,
    );
    return 0;
  },
});

async function resolveLine(line: BatchLine, ctx: BdContext): Promise<BatchLine> {
  const { operation } = line;
  const id = (word: string) => resolveId(ctx, word);
  const done = async (): Promise<BatchOperation> => {
    if (operation.kind === "close" || operation.kind === "update")
      return { ...operation, id: await id(operation.id) };
    if (operation.kind === "dep-add" || operation.kind === "dep-remove") {
      return { ...operation, from: await id(operation.from), to: await id(operation.to) };
    }
    return operation;
  };
  return { ...line, operation: await done() };
}

function perform(
  tx: Writer,
  operation: BatchOperation,
  config: Readonly<Record<string, string>>,
  owner: string | undefined,
): string {
  switch (operation.kind) {
    case "close":
      return closeBead(tx, operation.id, { reason: operation.reason, force: false }).id;
    case "update": {
      const { status, priority, title, assignee } = operation.fields;
      return tx.update(operation.id, {
        ...(status === undefined ? {} : { status: requireStatus(status, config) }),
        ...(priority === undefined ? {} : { priority: parsePriority(priority) }),
        ...(title === undefined ? {} : { title }),
        ...(assignee === undefined ? {} : { assignee: assignee === "" ? null : assignee }),
      }).id;
    }
    case "create":
      return tx.create({
        title: operation.title,
        issue_type: requireType(operation.type, config),
        priority: parsePriority(operation.priority),
        ...(owner === undefined ? {} : { owner }),
      }).id;
    case "dep-add":
      tx.addDependency(operation.from, operation.to, requireDependencyType(operation.type));
      return operation.from;
    case "dep-remove":
      if (!tx.removeDependency(operation.from, operation.to)) {
        throw new AppError("not_found", `no dependency from ${operation.from} to ${operation.to}`);
      }
      return operation.from;
  }
}
