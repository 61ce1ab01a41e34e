/** `bd history`: the versions of a bead, newest first. */
import { hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { changedFields } from "../field-changes.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { failure } from "../output.ts";

export default defineCommand<BdContext>()({
  summary: "How a bead came to be what it is",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: {
    limit: { type: "integer", min: 0, default: 0, summary: "At most so many; 0 for all" },
    events: { type: "boolean", summary: "The single events instead of the commits" },
  },
  async run({ flags, args }, ctx) {
    const word = args[0] ?? "";
    const backend = await ctx.backend();
    // A deleted bead has a history, too.
    const id = await resolveId(ctx, word).catch((error: unknown) => {
      if (hasCode(error, "not_found")) return word;
      throw error;
    });
    if (flags.events === true) {
      const told = (await backend.history(id)).flatMap(version => version.events.toReversed());
      const events = flags.limit === 0 ? told : told.slice(0, flags.limit);
      ctx.out.emit(events, () =>
        events
          .map(
            e =>
              `${e.at.slice(0, 19).replace("T", " ")} ${printable(e.actor)} ${e.type}${e.field === undefined ? "" : ` ${e.field}`}`,
          )
          .join("\n"),
      );
      return 0;
    }
    const versions = await backend.history(id, flags.limit);
    if (versions.length === 0) throw failure(`no history found for "${word}"`);
    const payload = versions.map(version => ({
      CommitHash: version.commit,
      Committer: version.author,
      CommitDate: version.at,
      Issue:
        version.bead === undefined ? null : issueJson(version.bead, { dependencies: true, comments: true }),
    }));
    ctx.out.emit(payload, () => {
      const { yellow, dim } = ctx.out.style;
      const lines = versions.flatMap((version, index) => {
        const before = versions[index + 1]?.bead;
        const what =
          version.bead === undefined
            ? ["deleted"]
            : before === undefined
              ? []
              : changedFields(before, version.bead);
        return [
          `${yellow(version.commit.slice(0, 12))} ${version.at.slice(0, 19).replace("T", " ")} ${printable(version.author)}`,
          `    ${printable(version.subject)}`,
          ...what.map(line => dim(`    ${printable(line)}`)),
        ];
      });
      return [`History of ${id} (${versions.length}):`, "", ...lines].join("\n");
    });
    return 0;
  },
});
