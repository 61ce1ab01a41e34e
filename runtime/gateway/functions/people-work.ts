/** What a person's model is offered besides the mayor's functions: a hand on beads, convoys, merges, gates and agents. */
import { z } from "zod";
import type { AgentFunction } from "./function.ts";
import { ofRoute } from "./of-route.ts";

/** What the mayor may look at as well. */
const MAYORS_TOO: readonly string[] = [
  "list_blocked",
  "escalation_show",
  "patrol",
  "agent_show",
  "bead_history",
];
const town = "/towns/:town";
const bead = { id: "bead" } as const;
const convoy = { id: "convoy" } as const;
const agent = { name: "agent" } as const;
const request = { id: "merge_request" } as const;

export const peopleWorkFunctions: readonly AgentFunction[] = [
  {
    name: "unsling",
    route: `post ${town}/unsling`,
    description: "Takes beads back from their agents; what was done stays on its branch.",
  },
  {
    name: "hold",
    route: `post ${town}/hold`,
    description: "Keeps beads from being dispatched, slung or not; an agent that is at one goes on.",
  },
  { name: "unhold", route: `post ${town}/unhold`, description: "Lets held beads be dispatched again." },
  {
    name: "bead_reopen",
    route: `post ${town}/beads/:id/reopen`,
    names: bead,
    description: "Opens a closed or failed bead again; its failures are forgiven.",
  },
  {
    name: "bead_comment",
    route: `post ${town}/beads/:id/comments`,
    names: bead,
    description: "Writes a comment on a bead; whoever works on it next reads it.",
  },
  {
    name: "bead_link",
    route: `post ${town}/beads/:id/dependencies`,
    names: bead,
    description: "Makes a bead wait for another, of any rig; a ring is refused.",
  },
  {
    name: "bead_unlink",
    route: `delete ${town}/beads/:id/dependencies/:on`,
    names: bead,
    description: "Lets a bead wait for another no longer.",
  },
  {
    name: "list_blocked",
    route: `get ${town}/blocked`,
    description: "Open work that waits for other work, and for which.",
    query: { rig: z.string().max(32).optional() },
  },
  {
    name: "bead_history",
    route: `get ${town}/beads/:id/history`,
    names: bead,
    description: "What became of a bead, change by change, and who made each.",
    query: { limit: z.int().min(1).max(1_000).default(50) },
  },
  {
    name: "mayor_status",
    route: `get ${town}/mayor`,
    description: "Whether an agent of the town runs as its mayor, by which program, and how it is.",
  },
  {
    name: "mayor_start",
    route: `post ${town}/mayor/start`,
    description: "Has an agent CLI run as the town's mayor; it is kept up until it is stopped.",
  },
  {
    name: "mayor_restart",
    route: `post ${town}/mayor/restart`,
    description: "Begins a fresh session of the mayor, by another program when one is named.",
  },
  {
    name: "mayor_stop",
    route: `post ${town}/mayor/stop`,
    description: "Ends the mayor that runs as an agent; mail for it waits for the next session.",
  },
  {
    name: "convoy_set",
    route: `patch ${town}/convoys/:id`,
    names: convoy,
    description: "Changes a convoy's title, owner, mode, and who watches it.",
  },
  {
    name: "convoy_close",
    route: `post ${town}/convoys/:id/close`,
    names: convoy,
    description: "Gives a convoy up; its beads stay as they are.",
  },
  {
    name: "merge_request_show",
    route: `get ${town}/merge-requests/:id`,
    names: request,
    description: "A merge request, by its own id or its bead's, with its score and what that is made of.",
  },
  {
    name: "merge_request_retry",
    route: `post ${town}/merge-requests/:id/retry`,
    names: request,
    description: "Queues a merge request anew, also after it was rejected.",
  },
  {
    name: "merge_request_reject",
    route: `post ${town}/merge-requests/:id/reject`,
    names: request,
    description: "Turns a merge request down; its bead goes back to an agent with the reason.",
  },
  {
    name: "list_formulas",
    route: `get ${town}/formulas`,
    description: "Formulas that work can follow step by step.",
  },
  {
    name: "formula_show",
    route: `get ${town}/formulas/:name`,
    names: { name: "formula" },
    description: "One formula with its steps and variables.",
  },
  {
    name: "mol_status",
    route: `get ${town}/molecule`,
    description: "All steps of the formula that a bead follows, and how far the work has come.",
    query: { bead: z.string().min(1).max(200) },
  },
  {
    name: "list_gates",
    route: `get ${town}/gates`,
    description:
      "Gates and questions that work waits for, the oldest first; `all` adds those whose turn has not come.",
    query: { all: z.boolean().optional() },
  },
  {
    name: "gate_show",
    route: `get ${town}/gates/:id`,
    names: { id: "gate" },
    description: "One gate: what it waits for, since when and until when.",
  },
  {
    name: "gate_approve",
    route: `post ${town}/gates/:id/approve`,
    names: { id: "gate" },
    description: "Opens a gate, in the name of the person whose model you are: only when they said so.",
  },
  {
    name: "gate_reject",
    route: `post ${town}/gates/:id/reject`,
    names: { id: "gate" },
    description: "Rejects a gate: the work that waits for it fails.",
  },
  {
    name: "answer",
    route: `post ${town}/questions/:id/answer`,
    names: { id: "question" },
    description: "Answers the question of an agent; what waits for it goes on.",
  },
  {
    name: "escalation_show",
    route: `get ${town}/escalations/:id`,
    description: "One escalation: what is asked, how grave it is, and who has it in hand.",
  },
  {
    name: "patrol",
    route: `get ${town}/patrol`,
    description: "Agents at work, what the patrol saw of each, and what is the matter.",
  },
  {
    name: "agent_show",
    route: `get ${town}/agents/:rig/:name/history`,
    names: agent,
    description: "What an agent has behind it: merged work, attempts, usage, and what the patrol found.",
  },
  {
    name: "agent_stop",
    route: `post ${town}/agents/:rig/:name/stop`,
    names: agent,
    description: "Ends an agent's run; its work is kept, its bead is open again.",
  },
  {
    name: "list_nudges",
    route: `get ${town}/agents/:rig/:name/nudges`,
    names: agent,
    description: "Words that wait for an agent.",
  },
].map(spec => ofRoute({ ...spec, roles: MAYORS_TOO.includes(spec.name) ? ["mayor"] : ["person"] }));
