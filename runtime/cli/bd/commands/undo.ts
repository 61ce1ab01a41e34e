/** `bd undo`: takes the last change of this actor back, as a new commit. */
import type { StoreCommit } from "../../../../store/api.ts";
import type { UndoReport } from "../../../../store/schema/past.ts";
import { ownChanges, undoSubject, undoTargets } from "../../../../store/work/undo-target.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { Backend, Difference } from "../backend.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";
import { revert } from "../revert-changes.ts";

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
    const mine = flags.any === true ? undefined : actor;
    const [wanted] = args;
    const plan = await planOf(backend, wanted, mine);
    if (plan === undefined) {
      throw failure(
        wanted === undefined
          ? `nothing to undo for ${actor}`
          : `no commit "${wanted}" in the history of the beads`,
        {
          hint: "git log beads shows the history; bd undo --any takes back the last change of anybody.",
        },
      );
    }
    const { commit, subject } = plan;
    const short = commit.slice(0, 12);
    if (flags["dry-run"] === true) {
      ctx.out.emit({ commit, subject, issues: plan.ids, settings: plan.settings, dry_run: true }, () =>
        [`Would undo ${short}: ${printable(subject)}`, ...plan.ids.map(id => `  ${id}`)].join("\n"),
      );
      return 0;
    }
    const report = await plan.run();
    const [first] = report.reverted;
    if (first !== undefined) ctx.touched(first, true);
    ctx.out.emit({ commit, subject, ...report }, () =>
      [
        ...(report.reverted.length + report.settings.length === 0
          ? [`Nothing was taken back of ${short}: ${printable(subject)}`]
          : [
              `✓ Undid ${short}: ${printable(subject)}`,
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

interface Plan {
  readonly commit: string;
  readonly subject: string;
  readonly ids: readonly string[];
  readonly settings: readonly string[];
  run(): Promise<UndoReport>;
}

/** What is to be taken back: by the town, where there is one, else here. Undefined when there is nothing. */
async function planOf(
  backend: Backend,
  wanted: string | undefined,
  actor: string | undefined,
): Promise<Plan | undefined> {
  if (backend.undoPlan !== undefined) return backend.undoPlan({ commit: wanted, own: actor !== undefined });
  for await (const target of undoTargets(limit => backend.log(limit), { commit: wanted, actor })) {
    const difference = await differenceOf(backend, target, wanted === undefined ? actor : undefined);
    const { commit, subject } = target;
    return {
      commit,
      subject,
      ids: difference.beads.map(({ id }) => id),
      settings: Object.keys(difference.settings),
      async run() {
        const config = await backend.config();
        const how = { touches: "all", subject: undoSubject(commit, subject), force: true } as const;
        return backend.change(how, tx => revert(tx, difference, config));
      },
    };
  }
  return undefined;
}

/** What the commit changed, settings too; of several people's changes in one commit, those of `actor` only. */
async function differenceOf(
  backend: Backend,
  { commit, twin, author, events }: StoreCommit,
  actor: string | undefined,
): Promise<Difference> {
  const parts = await Promise.all(
    [commit, ...(twin === undefined ? [] : [twin])].map(part => backend.difference(undefined, part)),
  );
  const beads = ownChanges(
    parts.map(part => part.beads),
    events,
    actor,
  );
  return {
    beads,
    settings:
      actor === undefined || author === actor ? Object.assign({}, ...parts.map(part => part.settings)) : {},
  };
}
