/** `bd undo`: takes the last change of this actor back, as a new commit. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";
import { revert } from "../revert-changes.ts";

/** How far back a change of this actor is looked for. */
const MAX_COMMITS = 2_000;
const UNDO = /^Undo ([0-9a-f]{12}): /;

export default defineCommand<BdContext>()({
  summary: "Take your last change back",
  description:
    "Nothing is lost: the undo is a commit of its own. Again, it takes back the change before. What was changed again since is left alone and named.",
  examples: [{ line: "bd undo" }, { line: "bd undo 3f2a91c", note: "a certain commit of git log beads" }],
  positionals: [{ name: "commit", summary: "The commit to take back; your last one when absent" }],
  flags: {
    "dry-run": { type: "boolean", summary: "Only show what would be taken back" },
    any: { type: "boolean", summary: "The last change of anybody" },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const actor = ctx.actor();
    const log = await backend.log(MAX_COMMITS);
    const undone = new Set(log.flatMap(({ subject }) => UNDO.exec(subject)?.[1] ?? []));
    const [wanted] = args;
    const target = log.find(({ commit, author, subject, parents }) => {
      if (wanted !== undefined) return commit.startsWith(wanted);
      if (flags.any !== true && author !== actor) return false;
      return parents.length === 1 && !UNDO.test(subject) && !undone.has(commit.slice(0, 12));
    });
    if (target === undefined) {
      throw failure(
        wanted === undefined
          ? `nothing to undo for ${actor}`
          : `no commit "${wanted}" in the history of the beads`,
        {
          hint: "git log beads shows the history; bd undo --any takes back the last change of anybody.",
        },
      );
    }
    if (target.parents.length !== 1)
      throw failure(
        `${target.commit.slice(0, 12)} is a merge or the start of the store and cannot be undone`,
      );
    const difference = await backend.difference(undefined, target.commit);
    const short = target.commit.slice(0, 12);
    if (flags["dry-run"] === true) {
      const ids = difference.beads.map(({ id }) => id);
      ctx.out.emit(
        {
          commit: target.commit,
          subject: target.subject,
          issues: ids,
          settings: Object.keys(difference.settings),
          dry_run: true,
        },
        () => [`Would undo ${short}: ${printable(target.subject)}`, ...ids.map(id => `  ${id}`)].join("\n"),
      );
      return 0;
    }
    const config = await backend.config();
    const report = await backend.change(
      { touches: "all", subject: `Undo ${short}: ${target.subject}`, force: true },
      tx => revert(tx, difference, config),
    );
    const [first] = report.reverted;
    if (first !== undefined) ctx.touched(first, true);
    ctx.out.emit({ commit: target.commit, subject: target.subject, ...report }, () =>
      [
        ...(report.reverted.length + report.settings.length === 0
          ? [`Nothing was taken back of ${short}: ${printable(target.subject)}`]
          : [
              `✓ Undid ${short}: ${printable(target.subject)}`,
              ...[...report.reverted, ...report.settings].map(id => `  ${id}`),
            ]),
        ...report.conflicts.map(
          ({ id, fields }) => `  ${id} was changed again since (${fields.join(", ")}) and left alone`,
        ),
      ].join("\n"),
    );
    return report.conflicts.length > 0 && report.reverted.length + report.settings.length === 0 ? 1 : 0;
  },
});
