/** `bd orphans`: open beads that commits of the code mention. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { FILTER_FLAGS } from "../filters.ts";
import { gather } from "../gather.ts";

interface Mention {
  readonly commit: string;
  readonly subject: string;
}

export default defineCommand<BdContext>()({
  summary: "Open beads that commits mention: done, but not closed?",
  flags: {
    label: FILTER_FLAGS.label,
    "label-any": FILTER_FLAGS["label-any"],
    details: { type: "boolean", summary: "With the commits" },
    fix: { type: "boolean", short: "f", summary: "Close them" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const query = {
      status: ["open", "in_progress"],
      labels: flags.label.length === 0 ? undefined : flags.label,
      labelsAny: flags["label-any"].length === 0 ? undefined : flags["label-any"],
    };
    const open = await gather(backend, query, ({ id, title, status }) => ({ id, title, status }));
    const mentions = mentionsIn(codeLog(ctx), new Set(open.map(bead => bead.id)));
    const orphans = open.filter(bead => mentions.has(bead.id));
    const payload = orphans.map(bead => ({
      issue_id: bead.id,
      title: bead.title,
      status: bead.status,
      latest_commit: mentions.get(bead.id)?.commit,
      latest_commit_message: mentions.get(bead.id)?.subject,
    }));
    if (flags.fix === true && orphans.length > 0) {
      await backend.change({ touches: orphans.map(bead => bead.id) }, tx => {
        for (const { id } of orphans) tx.close(id, `Implemented in ${mentions.get(id)?.commit}`);
      });
      ctx.touched(orphans[0]?.id ?? "", true);
    }
    ctx.out.emit(payload, () => {
      if (orphans.length === 0) return "✓ No orphaned issues found";
      const lines = payload.flatMap(o => [
        `${o.issue_id}: ${printable(o.title)} (${o.status})`,
        ...(flags.details === true
          ? [`    ${o.latest_commit} ${printable(o.latest_commit_message ?? "")}`]
          : []),
      ]);
      return [
        `${flags.fix === true ? "Closed" : "Found"} ${orphans.length} orphaned issue(s):`,
        "",
        ...lines,
      ].join("\n");
    });
    return 0;
  },
});

/** The log of the code, newest first; all branches but that of the beads. */
function codeLog(ctx: BdContext): string {
  const { gitDir, kind } = ctx.workspace();
  if (kind === "own") return "";
  const refs = ["--exclude=beads", "--branches"];
  const result = ctx.spawn(["git", "--git-dir", gitDir, "log", ...refs, "--format=%h%x00%s%x00%b%x01"]);
  if (result.code !== 0) throw new AppError("git_failed", `git log: ${result.stderr.trim()}`);
  return result.stdout;
}

/** The newest mention of each of the beads. */
function mentionsIn(log: string, beads: ReadonlySet<string>): Map<string, Mention> {
  const found = new Map<string, Mention>();
  for (const entry of log.split("\x01")) {
    const [commit = "", subject = "", body = ""] = entry.trimStart().split("\0");
    for (const word of `${subject}\n${body}`.match(/[A-Za-z][\w-]*-[a-z0-9]+(?:\.\d+)*/g) ?? []) {
      if (beads.has(word) && !found.has(word)) found.set(word, { commit, subject });
    }
  }
  return found;
}
