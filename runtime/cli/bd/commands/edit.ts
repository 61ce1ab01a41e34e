/** `bd edit`: a text field in the editor of the user. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireBead } from "../ids.ts";
import { failure } from "../output.ts";
import { updateOne } from "../single-update.ts";

const FIELDS = {
  title: "title",
  description: "description",
  design: "design",
  notes: "notes",
  acceptance: "acceptance_criteria",
} as const;

const field = (summary: string) => ({ type: "boolean", summary }) as const;

export default defineCommand<BdContext>()({
  summary: "Edit a text of a bead in $EDITOR",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: {
    title: field("The title"),
    description: field("The description (the default)"),
    design: field("The design notes"),
    notes: field("The notes"),
    acceptance: field("The acceptance criteria"),
  },
  async run({ args, given }, ctx) {
    const bead = await requireBead(ctx, args[0] ?? "");
    const chosen = Object.entries(FIELDS).find(([name]) => given.has(name));
    const key = chosen?.[1] ?? "description";
    const before = bead[key] ?? "";
    const after = editText(before, ctx).replace(/\s+$/, "");
    if (after === before.replace(/\s+$/, "")) {
      ctx.out.note("No changes made");
      return 0;
    }
    if (key === "title" && after === "") throw failure("title cannot be empty");
    return updateOne(ctx, bead.id, tx => tx.update(bead.id, { [key]: after === "" ? null : after }));
  },
});

/** The text as it is after the editor has ended. @throws {AppError} when there is no editor, or it fails */
function editText(text: string, ctx: BdContext): string {
  const chosen = ctx.io.env.VISUAL ?? ctx.io.env.EDITOR;
  // An agent that ends up in vi stays there.
  if (chosen === undefined && !ctx.io.stdinIsTty)
    throw failure("bd edit needs a terminal", {
      hint: "bd update takes every text as a flag, or from a file.",
    });
  const editor = chosen ?? "vi";
  const folder = mkdtempSync(join(tmpdir(), "bd-edit-"));
  const file = join(folder, "bead.md");
  try {
    writeFileSync(file, text);
    // The variable may hold a program with arguments.
    const argv = [...editor.split(/\s+/).filter(Boolean), file];
    const { code } = ctx.spawn(argv, { inherit: true });
    if (code !== 0)
      throw failure(`the editor "${editor}" failed with exit code ${code}`, {
        hint: "Set EDITOR to another one.",
      });
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
