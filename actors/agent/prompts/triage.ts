/** What whoever decides about an agent that the patrol found is told: the mayor's agent by a nudge, and people by the request. */
import { commandLines, TRIAGE_COMMANDS } from "./commands.ts";
import { inline, section } from "./data.ts";

export interface TriagePrompt {
  /** The request. */
  readonly id: string;
  readonly agent: string;
  /** What the patrol calls it: `stale`, `looping`, ... */
  readonly kind: string;
  /** What it was at. */
  readonly bead: string;
  readonly title: string | undefined;
  readonly attempt: number;
  /** What was seen, as the patrol words it: a call of the agent may stand in it. */
  readonly evidence: string;
  /** What the agent said last. */
  readonly said?: string | undefined;
  /** Minutes after which the patrol ends it by itself; undefined when it never does. */
  readonly stopsAfter?: number | undefined;
}

/** The whole text, plain. */
export function triagePrompt(input: TriagePrompt): string {
  const { id, agent, kind, bead, title, attempt, stopsAfter } = input;
  return [
    `The patrol asks for a decision, ${id}: ${agent} is ${kind} on ${bead}, attempt ${attempt}.`,
    ...(title === undefined ? [] : [`The bead: ${inline(title)}`]),
    ...section("Seen", input.evidence, 2_000),
    ...section("It said last", input.said, 500),
    "Look before you decide: its bead, how far its branch is, what it says. A long build is no reason to end anything; work",
    "that is going in circles is. Then say one of these, once:",
    ...commandLines(TRIAGE_COMMANDS, id),
    stopsAfter === undefined
      ? "Without a decision it is left alone."
      : `Without a decision the patrol ends the attempt when it has gone on for ${stopsAfter} minutes.`,
    "",
  ].join("\n");
}
