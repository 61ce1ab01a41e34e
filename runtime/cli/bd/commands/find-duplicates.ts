/** `bd find-duplicates`: beads with similar words. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { gather } from "../gather.ts";
import { similarPairs, wordReader } from "../similar.ts";
import { doneStatuses } from "../status-groups.ts";

export default defineCommand<BdContext>()({
  summary: "Find beads that say nearly the same",
  flags: {
    threshold: { type: "number", min: 0, max: 1, default: 0.5, summary: "How alike, from 0 to 1" },
    limit: { type: "integer", short: "n", min: 0, default: 50, summary: "At most so many pairs" },
    status: { type: "string", short: "s", value: "status", summary: "Only with this status" },
    method: {
      type: "string",
      default: "mechanical",
      choices: ["mechanical", "ai"],
      summary: "mechanical compares words",
    },
    model: { type: "string", summary: "Understood and without effect", hidden: true },
  },
  async run({ flags }, ctx) {
    if (flags.method === "ai") {
      throw new AppError(
        "not_supported",
        "find-duplicates --method ai is not supported: bd calls no model.",
        {
          hint: "Use --method mechanical and let your agent judge the pairs.",
        },
      );
    }
    const backend = await ctx.backend();
    const query = {
      template: false,
      ...(flags.status === undefined
        ? { excludeStatus: await doneStatuses(ctx) }
        : { status: [flags.status] }),
    };
    const all = similarPairs(await gather(backend, query, wordReader()), flags.threshold);
    const pairs = flags.limit === 0 ? all : all.slice(0, flags.limit);
    const payload = {
      pairs: pairs.map(({ a, b, similarity }) => ({
        issue_a_id: a.id,
        issue_b_id: b.id,
        issue_a_title: a.title,
        issue_b_title: b.title,
        similarity,
        method: flags.method,
      })),
      count: pairs.length,
      method: flags.method,
      threshold: flags.threshold,
    };
    ctx.out.emit(payload, () => {
      if (pairs.length === 0) return "No similar issues found.";
      return pairs
        .map(
          ({ a, b, similarity }) =>
            `${Math.round(similarity * 100)}%  ${a.id} ${printable(a.title)}\n      ${b.id} ${printable(b.title)}`,
        )
        .join("\n");
    });
    return 0;
  },
});
