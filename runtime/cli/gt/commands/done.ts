/** `gt done`: for agents, in their sandbox. */
import { AGENT_ENV, doneReplySchema } from "../../../../agent-sandbox/protocol/control.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { isInSandbox } from "../../lib/town-client.ts";
import type { GtContext } from "../context.ts";

/** The gates of the rig may be run before it is pushed. */
const SUBMIT_TIMEOUT_MS = 60 * 60_000;

export const done = defineCommand<GtContext>()({
  summary: "Submits the work on your bead: commit everything first; it is then tested and merged",
  description:
    "Refused while there are uncommitted changes, no commits, steps left of the formula that the work follows, or, where the rig verifies work before it is submitted, while a gate fails. Done means submitted, not merged; calling it again with more commits submits these.",
  examples: [
    { line: 'git add -A && git commit -m "Add a greeting" && gt done' },
    { line: 'gt done -m "how it was done"' },
  ],
  flags: {
    message: {
      type: "string",
      short: "m",
      aliases: ["summary"],
      summary: "what was done, for whoever reads the bead",
    },
    force: { type: "boolean", summary: "although steps of the formula are left, where it allows that" },
    issue: { type: "string", complete: "bead", summary: "the bead; yours when left out" },
  },
  async run({ flags }, context) {
    if (!isInSandbox(context.io)) {
      throw new AppError("not_supported", '"gt done" is for agents, in their sandbox.', {
        hint: `It needs ${AGENT_ENV.api} and ${AGENT_ENV.token}, which the sandbox sets. A person closes a bead with "gt bead close".`,
      });
    }
    const bead = flags.issue ?? (context.io.env[AGENT_ENV.bead] || undefined);
    const body = {
      ...(bead === undefined || bead === "" ? {} : { bead }),
      ...(flags.message === undefined ? {} : { summary: flags.message }),
      ...(flags.force === true ? { force: true } : {}),
    };
    const response = await context
      .client()
      .raw("POST", "/agent/done", body, { timeoutMs: SUBMIT_TIMEOUT_MS });
    const reply = doneReplySchema.parse(await response.json());
    const commits = `${reply.commits} ${reply.commits === 1 ? "commit" : "commits"}`;
    context.print(reply, () => [
      reply.repeated
        ? `${reply.bead} was submitted before with the same head ${reply.head.slice(0, 10)}.`
        : `${reply.bead} is submitted: ${commits} on ${reply.branch}. It will be tested and merged.`,
    ]);
    return undefined;
  },
});
