/** What a reviewer is offered: the verdicts. */
import { z } from "zod";
import { mergeRequestViewSchema } from "../contract/views.ts";
import { defineFunction } from "./function.ts";
import { beadOf, ownBead } from "./shared.ts";

const words = z.string().min(1).max(20_000);
const mergeRequest = ownBead.describe("The merge request; the one that you review when absent");

function verdictOf<const V extends string>(
  name: string,
  verdict: V,
  description: string,
  command: string,
  does: string,
) {
  const text = verdict === "approve" ? words.optional() : words;
  return defineFunction({
    name,
    roles: ["refinery", "mayor"],
    description,
    input: z.strictObject({ merge_request: mergeRequest, text: text.describe("Why; an agent reads it") }),
    output: mergeRequestViewSchema,
    route: "post /towns/:town/merge-requests/:id/review",
    command: { words: ["review", command], args: verdict === "approve" ? "" : '--message "..."', does },
    request: ({ merge_request, text: said }, caller) => ({
      params: { id: beadOf(merge_request, caller) },
      body: { verdict, ...(said === undefined ? {} : { text: said }) },
    }),
  });
}

export const refineryFunctions = [
  verdictOf(
    "approve",
    "approve",
    "Your verdict on the merge request that you review: it may be tested and merged. End after it.",
    "approve",
    "lets it be tested and merged",
  ),
  verdictOf(
    "request_changes",
    "request_changes",
    "Your verdict: something has to be different first. It is changed on the same branch, and reviewed again.",
    "request-changes",
    "sends it back with what has to be different",
  ),
  verdictOf(
    "review_escalate",
    "escalate",
    "Your verdict: a person has to decide. Say what about.",
    "escalate",
    "asks a person to decide",
  ),
];
