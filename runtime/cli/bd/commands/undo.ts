/** `bd undo`: takes the last change of this actor back, as a new commit. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { Backend, BeadChange, BeadCommit, Difference } from "../backend.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";
import { revert } from "../revert-changes.ts";

/** Commits that are looked at first, and how many times more each time that none of them is the one. */
const FIRST_LOOK = 500;
const FURTHER = 8;
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
    const mine = flags.any === true ? undefined : actor;
    const [wanted] = args;
    const target = await find(backend, wanted, mine);
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
    const difference = await differenceOf(backend, target, wanted === undefined ? mine : undefined);
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

/** The commit to take back: the one that is wanted, or the newest that this actor (anybody when absent) has not undone. */
async function find(
  backend: Backend,
  wanted: string | undefined,
  actor: string | undefined,
): Promise<BeadCommit | undefined> {
  for (let limit = FIRST_LOOK; ; limit *= FURTHER) {
    const log = await backend.log(limit);
    const undone = new Set(
      log.flatMap(({ subject, author }) =>
        actor === undefined || author === actor ? (UNDO.exec(subject)?.[1] ?? []) : [],
      ),
    );
    const found = log.find(entry =>
      wanted === undefined
        ? entry.parents.length === 1 &&
          !UNDO.test(entry.subject) &&
          !undone.has(entry.commit.slice(0, 12)) &&
          (actor === undefined || actorsOf(entry).has(actor))
        : entry.commit.startsWith(wanted) || entry.twin?.startsWith(wanted) === true,
    );
    if (found !== undefined || log.length < limit) return found;
  }
}

function actorsOf({ author, events }: BeadCommit): ReadonlySet<string> {
  return new Set(events.length === 0 ? [author] : events.map(event => event.actor));
}

/** What a commit changed; of several people's changes in one commit, those of `actor` only. */
async function differenceOf(
  backend: Backend,
  { commit, twin, author, events }: BeadCommit,
  actor: string | undefined,
): Promise<Difference> {
  const parts = await Promise.all(
    [commit, ...(twin === undefined ? [] : [twin])].map(part => backend.difference(undefined, part)),
  );
  const beads = new Map<string, BeadChange>();
  for (const change of parts.flatMap(part => part.beads)) {
    const other = beads.get(change.id);
    // A bead that went from one branch to the other was there before and after.
    beads.set(change.id, {
      id: change.id,
      before: other?.before ?? change.before,
      after: other?.after ?? change.after,
    });
  }
  const isOwn = ({ id }: BeadChange) =>
    actor === undefined || !events.some(event => event.id === id && event.actor !== actor);
  return {
    beads: [...beads.values()].filter(isOwn),
    settings:
      actor === undefined || author === actor ? Object.assign({}, ...parts.map(part => part.settings)) : {},
  };
}
