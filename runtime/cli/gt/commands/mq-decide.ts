/** `gt mq show`, `gt mq retry` and `gt mq reject` */
import { mergeRequestViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { mergeRequestDetails, mergeRequestLines } from "../show/merge-requests.ts";

const which = {
  name: "merge-request",
  required: true,
  complete: "bead",
  summary: "its id, or the id of its bead",
} as const;

const pathOf = (id: string, deed = "") => `/merge-requests/${encodeURIComponent(id)}${deed}`;

export const mqShow = defineCommand<GtContext>()({
  summary: "Shows a merge request: its place in the queue and why, its gates, its review",
  examples: [{ line: "gt mq show web-4k2" }],
  positionals: [which],
  async run({ args: [id = ""] }, context) {
    const mr = await context.client().get(pathOf(id), mergeRequestViewSchema);
    context.print(mr, () => mergeRequestDetails(mr, context));
    return undefined;
  },
});

export const mqRetry = defineCommand<GtContext>()({
  summary: "Has a merge tried again now, also one that was rejected; its retries are forgiven",
  examples: [{ line: "gt mq retry web-4k2" }],
  positionals: [which],
  async run({ args: [id = ""] }, context) {
    const mr = await context.client().send("POST", pathOf(id, "/retry"), {}, mergeRequestViewSchema);
    context.print(mr, () => mergeRequestLines([mr], context));
    return undefined;
  },
});

export const mqReject = defineCommand<GtContext>()({
  summary: "Turns a merge request down; its bead goes back to an agent with the reason",
  examples: [{ line: 'gt mq reject web-4k2 --reason "needs a test for the empty list"' }],
  flags: { reason: { type: "string", short: "r", summary: "what has to be different; the agent reads it" } },
  positionals: [which],
  async run({ args: [id = ""], flags: { reason } }, context) {
    if (reason === undefined || reason.trim() === "") {
      throw usageError("--reason is missing.", "Say what has to be different: the agent reads it.");
    }
    const mr = await context.client().send("POST", pathOf(id, "/reject"), { reason }, mergeRequestViewSchema);
    context.print(mr, () => mergeRequestLines([mr], context));
    return undefined;
  },
});
