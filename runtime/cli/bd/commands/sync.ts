/** `bd sync`: beads go through the git remote. */
import { hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand, type Flags } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";
import { reportLines } from "../sync-text.ts";

const ignored = (type: "boolean" | "string") =>
  ({ type, summary: "Understood and without effect", hidden: true }) as const;

const IGNORED = {
  message: { ...ignored("string"), short: "m" },
  squash: ignored("boolean"),
  merge: ignored("boolean"),
  "from-main": ignored("boolean"),
  "rename-on-import": ignored("boolean"),
  check: ignored("boolean"),
  full: ignored("boolean"),
  resolve: ignored("boolean"),
  ours: ignored("boolean"),
  theirs: ignored("boolean"),
  manual: ignored("boolean"),
  force: ignored("boolean"),
  "set-mode": ignored("string"),
  "no-git-history": ignored("boolean"),
} as const satisfies Flags;

export default defineCommand<BdContext>()({
  summary: "Share beads through the git remote",
  description:
    "Fetches, merges field by field, and pushes the bead branch; nothing else of the repository is touched. Works again after having been offline; there are no conflicts to solve.",
  examples: [{ line: "bd sync" }, { line: "bd sync --status" }, { line: "bd sync --remote upstream" }],
  flags: {
    remote: { type: "string", value: "name", summary: "A remote or its URL; origin when absent" },
    "no-push": { type: "boolean", summary: "Only take" },
    "no-pull": { type: "boolean", summary: "Only give" },
    "dry-run": { type: "boolean", summary: "Only say what would be done" },
    status: { type: "boolean", summary: "Only say where this clone stands" },
    ask: { type: "boolean", summary: "With --status: ask the remote, rather than remember" },
    "accept-rewrite": {
      type: "boolean",
      aliases: ["accept-rebase"],
      summary: "Follow a remote whose history was rewritten; what is here is kept under a backup ref",
    },
    "flush-only": {
      type: "boolean",
      summary: "Nothing to do: every change is on the branch at once",
      hidden: true,
    },
    "import-only": { type: "boolean", summary: "The same as --no-push", hidden: true },
    ...IGNORED,
  },
  async run({ flags }, ctx) {
    if (flags["flush-only"] === true) {
      ctx.out.emit(
        { status: "ok", flushed: true },
        () => "Nothing to flush: every change is on the branch at once.",
      );
      return 0;
    }
    const backend = await ctx.backend();
    if (backend.sync === undefined || backend.syncStatus === undefined) {
      throw failure("bd sync is the town's job in a sandbox", {
        hint: "Your changes are in the town already.",
      });
    }
    const interactive = ctx.io.stdinIsTty && !ctx.out.json;
    const remote = flags.remote === undefined ? {} : { remote: flags.remote };
    try {
      if (flags.status === true) {
        const status = await backend.syncStatus({ ...remote, ask: flags.ask === true, interactive });
        ctx.out.emit(status, () =>
          [
            `Remote: ${printable(status.remote)} (${printable(status.url)})`,
            `Ahead: ${status.ahead}, behind: ${status.behind ?? "unknown (bd sync fetches)"}${status.asked ? "" : ", as of the last sync"}`,
            ...(status.rewritten
              ? ["The remote's history was rewritten: bd sync --accept-rewrite follows it."]
              : []),
          ].join("\n"),
        );
        return 0;
      }
      const report = await backend.sync({
        ...remote,
        push: flags["no-push"] !== true && flags["import-only"] !== true,
        pull: flags["no-pull"] !== true,
        dryRun: flags["dry-run"] === true,
        acceptRewrite: flags["accept-rewrite"] === true,
        interactive,
      });
      if (report.behind > 0 && flags["dry-run"] !== true) ctx.touched("", true);
      ctx.out.emit({ ...report, dry_run: flags["dry-run"] === true }, () =>
        reportLines(report, flags["dry-run"] === true).join("\n"),
      );
      return 0;
    } catch (error) {
      if (!hasCode(error, "not_found") || flags.remote !== undefined || error.data?.remote !== undefined)
        throw error;
      ctx.out.emit(
        { status: "no_remote" },
        () => "No remote to sync with: your beads are on this machine only (git remote add origin <url>).",
      );
      return 0;
    }
  },
});
