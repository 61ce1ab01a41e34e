/**
 * What is to happen to a town in one simulation, laid down before it begins: its work and how the agents that get it
 * behave, and everything that befalls it from outside. What a plan leaves open (ids, pauses between attempts) comes from
 * its seed. Events can be taken out one by one, so that a failing plan can be made small.
 */

/** What an agent does in one attempt. */
export type WorkWord =
  | "submit"
  | "slow"
  | "crash"
  | "die"
  | "forget"
  | "lie"
  | "empty"
  | "stranger"
  | "twice"
  | "late"
  | "silent"
  | "loop"
  | "limited"
  | "waits"
  | "missing"
  | "refused"
  | "greedy"
  | "chatty"
  | "leftover"
  | "spends"
  | "asks"
  | "skips";

/** What comes of merging one submission. */
export type MergeWord =
  | "merged"
  | "slow"
  | "conflict"
  | "gate"
  | "raced"
  | "error"
  | "die-before"
  | "die-after"
  | "silent";

/** What a reviewer does with one submission. */
export type ReviewWord = "approve" | "changes" | "escalate" | "mute" | "crash" | "die" | "stays" | "late";

/** What happens to a pull request on the forge. */
export type ForgeDeed = "pending" | "failed" | "changes" | "conflict" | "push" | "close" | "merge" | "green";

export interface PlannedBead {
  /** Index of the rig. */
  readonly rig: number;
  readonly priority: number;
  /** By attempt; after the last one, agents submit. */
  readonly work: readonly WorkWord[];
  /** By run of the refinery on the merge request, restarts included; after the last one, merges succeed. */
  readonly merges: readonly MergeWord[];
  /** Indices of beads that come first. */
  readonly needs: readonly number[];
  /** By review run of its merge requests; after the last one, reviewers approve. */
  readonly reviews: readonly ReviewWord[];
  /** The formula that it is slung with; the rig's own when absent. */
  readonly formula?: string;
}

export interface PlannedRig {
  readonly name: string;
  readonly prefix: string;
  readonly maxPolecats: number;
  /** How it merges, reviews and watches: settings of the rig. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A limit that is set before the work begins. */
export interface PlannedBudget {
  readonly of: "town" | "rig" | "bead" | "convoy";
  readonly patch: object;
}

/** What people do; on which bead, agent or rig is told by the draws, of those that there are at that time. */
export const PERSON_ACTS = {
  create: 3,
  createAndSling: 5,
  sling: 5,
  unsling: 3,
  close: 2,
  reopen: 4,
  delete: 1,
  comment: 3,
  priority: 2,
  defer: 2,
  addNeed: 3,
  dropNeed: 2,
  pause: 1,
  resume: 2,
  stopAgent: 2,
  resetAgent: 2,
  rigPlaces: 2,
  townPlaces: 1,
  convoy: 2,
  addRig: 1,
  look: 4,
  agentFiles: 3,
  agentCloses: 2,
  agentSlings: 1,
  mail: 4,
  agentMails: 2,
  readMail: 2,
  acknowledgeMail: 2,
  nudge: 3,
  escalate: 2,
  acknowledge: 1,
  resolve: 1,
  drain: 1,
  estop: 2,
  thaw: 3,
  park: 2,
  hold: 2,
  budget: 3,
  noBudget: 1,
  retryMerge: 2,
  rejectMerge: 2,
  addToConvoy: 1,
  dropFromConvoy: 1,
  explain: 3,
  planConvoy: 2,
  startConvoy: 2,
  closeConvoy: 0.5,
  agentMailsAgent: 2,
  agentReplies: 2,
  queueMail: 1,
  claimMail: 1,
  channelMail: 1,
  mailStorm: 0.5,
  reviewed: 3,
  gate: 4,
  answer: 3,
  triage: 2,
  dayBudget: 1,
} as const;
export type PersonAct = keyof typeof PERSON_ACTS;
/** Those that concern more than beads and agents. */
export type MoreAct = Exclude<PersonAct, BeadAct | OtherAct>;
/** Plans, mail between agents, lists, verdicts, gates, questions. */
const OTHER_ACTS = [
  "planConvoy",
  "startConvoy",
  "closeConvoy",
  "agentMailsAgent",
  "agentReplies",
  "queueMail",
  "claimMail",
  "channelMail",
  "mailStorm",
  "reviewed",
  "gate",
  "answer",
  "triage",
  "dayBudget",
] as const;
export type OtherAct = (typeof OTHER_ACTS)[number];

export function isOther(act: PersonAct): act is OtherAct {
  return OTHER_ACTS.some(other => other === act);
}

type BeadAct =
  | "create"
  | "createAndSling"
  | "sling"
  | "unsling"
  | "close"
  | "reopen"
  | "delete"
  | "comment"
  | "priority"
  | "defer"
  | "addNeed"
  | "dropNeed"
  | "pause"
  | "resume"
  | "stopAgent"
  | "resetAgent"
  | "rigPlaces"
  | "townPlaces"
  | "convoy"
  | "addRig"
  | "look"
  | "agentFiles"
  | "agentCloses"
  | "agentSlings";

export type PlannedEvent = {
  /** Milliseconds after the beginning. */
  readonly at: number;
} & (
  | { readonly kind: "person"; readonly act: PersonAct; readonly draws: readonly number[] }
  /** The host dies at the n-th point after this moment, and is started again after so many milliseconds. */
  | { readonly kind: "crash"; readonly points: number; readonly downMs: number }
  /** A sandbox process dies without a word. */
  | { readonly kind: "kill"; readonly draw: number }
  /** A run that is over speaks again: the same words, or new ones. */
  | { readonly kind: "zombie"; readonly draws: readonly number[] }
  /** The clock is set forward or back. */
  | { readonly kind: "clock"; readonly byMs: number }
  | { readonly kind: "disk"; readonly forMs: number; readonly p: number }
  /** Messages are lost, doubled, delayed. */
  | { readonly kind: "network"; readonly forMs: number; readonly p: number; readonly delayMs: number }
  /** The remotes cannot be reached. */
  | { readonly kind: "partition"; readonly forMs: number }
  /** The host's ports fail. */
  | { readonly kind: "ports"; readonly forMs: number; readonly p: number }
  /** Somebody else writes to the branch: `bd` in the repository, or a sync. */
  | { readonly kind: "foreign"; readonly draws: readonly number[] }
  /** Something happens to a pull request, of those that are open. */
  | { readonly kind: "pull"; readonly deed: ForgeDeed; readonly draw: number }
  /** The forge does not answer. */
  | { readonly kind: "forge"; readonly forMs: number; readonly p: number }
);

export interface SimPlan {
  readonly seed: number;
  readonly size: "full" | "small";
  readonly rigs: readonly [PlannedRig, ...PlannedRig[]];
  readonly maxPolecats: number;
  /** Forgets every actor after each of its turns. */
  readonly evictAlways: boolean;
  /** Each event of a sandbox arrives twice. */
  readonly twice: boolean;
  readonly beads: readonly PlannedBead[];
  readonly budgets: readonly PlannedBudget[];
  /** How the convoy of all first beads reaches the target. */
  readonly convoyMode: "review-and-merge" | "review-then-land";
  readonly events: readonly PlannedEvent[];
  /** After this time nothing befalls the town any more, in milliseconds after the beginning. */
  readonly quietAt: number;
}
