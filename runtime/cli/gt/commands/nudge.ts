/** `gt nudge` */
import { z } from "zod";
import { nudgeModeSchema, nudgeSchema } from "../../../gateway/contract/mail.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { agentPath } from "../agent-path.ts";
import type { GtContext } from "../context.ts";

const waiting = z.array(
  z.looseObject({ nudge: nudgeSchema, state: z.string(), reason: z.string().optional() }),
);

export const nudge = defineCommand<GtContext>()({
  summary: "Says something to an agent at work; without words, shows what waits for it",
  description:
    "wait-idle: typed when the agent is at a turn boundary, never into a line that a person types. queue: comes with its next prompt or prime. immediate: typed at once. It waits until the agent's sandbox says that it was delivered, and expires after two hours.",
  examples: [
    { line: 'gt nudge web/toast "Run the tests before you submit"' },
    { line: "gt nudge web/toast", note: "what waits for it" },
  ],
  flags: {
    mode: {
      type: "string",
      choices: nudgeModeSchema.options,
      default: "wait-idle",
      summary: "when it is delivered",
    },
    key: { type: "string", summary: "takes the place of one that waits under the same key" },
  },
  positionals: [
    { name: "agent", required: true, complete: "agent", summary: "<rig>/<name>" },
    { name: "text", rest: true },
  ],
  async run({ flags, args: [agent = "", ...words] }, context) {
    const path = `${agentPath(agent)}/nudges`;
    if (words.length === 0) {
      const rows = await context.client().get(path, waiting);
      context.print(rows, () =>
        rows.length === 0
          ? [`Nothing waits for ${agent}.`]
          : rows.map(({ nudge: { from, mode, text }, state, reason }) => {
              const why = reason === undefined ? "" : ` (${printable(reason)})`;
              return `${state} ${mode}  ${printable(from)}: ${printable(text).replaceAll(/\s+/g, " ")}${why}`;
            }),
      );
      return undefined;
    }
    const text = words.join(" ").trim();
    if (text === "") throw usageError("A nudge needs words.");
    const body = { text, mode: flags.mode, ...(flags.key === undefined ? {} : { key: flags.key }) };
    const sent = await context.client().send("POST", path, body, nudgeSchema);
    context.print(sent, () => [`It waits for ${agent} (${sent.mode}) until ${sent.expires_at}.`]);
    return undefined;
  },
});
