/** `gt review approve`, `gt review request-changes` and `gt review escalate` */
import { AGENT_ENV } from "../../../../agent-sandbox/protocol/control.ts";
import { mergeRequestViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { mergeRequestLines } from "../show/merge-requests.ts";

const which = {
  name: "merge-request",
  complete: "bead",
  summary: "its id, or for people also the id of its bead; an agent's own when absent",
} as const;

async function give(
  context: GtContext,
  named: string | undefined,
  verdict: "approve" | "request_changes" | "escalate",
  message: string | undefined,
): Promise<undefined> {
  const id = named ?? (context.io.env[AGENT_ENV.bead] || undefined);
  if (id === undefined || id === "")
    throw usageError("No merge request was named.", "`gt mq list` shows them.");
  const text = message?.trim() === "" ? undefined : message?.trim();
  if (verdict !== "approve" && text === undefined) {
    throw usageError("--message is missing.", "Say what has to be different, or what has to be decided.");
  }
  const mr = await context
    .client()
    .send(
      "POST",
      `/merge-requests/${encodeURIComponent(id)}/review`,
      { verdict, ...(text === undefined ? {} : { text }) },
      mergeRequestViewSchema,
    );
  context.print(mr, () => mergeRequestLines([mr], context));
  return undefined;
}

const MESSAGE = { type: "string", short: "m", aliases: ["text"], summary: "why; an agent reads it" } as const;

export const reviewApprove = defineCommand<GtContext>()({
  summary: "Approves a merge request: it may be tested and merged",
  examples: [{ line: "gt review approve web-4k2" }],
  flags: { message: MESSAGE },
  positionals: [which],
  run: ({ flags, args: [id] }, context) => give(context, id, "approve", flags.message),
});

export const reviewRequestChanges = defineCommand<GtContext>()({
  summary: "Asks for changes: they are made on the same branch, and it is reviewed again",
  examples: [{ line: 'gt review request-changes web-4k2 -m "the empty list is not handled"' }],
  flags: { message: MESSAGE },
  positionals: [which],
  run: ({ flags, args: [id] }, context) => give(context, id, "request_changes", flags.message),
});

export const reviewEscalate = defineCommand<GtContext>()({
  summary: "Asks a person to decide about a merge request",
  examples: [{ line: 'gt review escalate web-4k2 -m "it changes the license"' }],
  flags: { message: MESSAGE },
  positionals: [which],
  run: ({ flags, args: [id] }, context) => give(context, id, "escalate", flags.message),
});
