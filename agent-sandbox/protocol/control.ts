/**
 * The control API of a sandbox process (Elysia on a unix socket), as schemas.
 * The typed client is `client.ts` (Eden Treaty); the terminal is a WebSocket at `/terminal`.
 */
import { z } from "zod";
import { nudgeSchema } from "../../store/schema/nudge.ts";
import { agentActivitySchema } from "./events.ts";
import { isolationSchema } from "./spec.ts";

/** Who is there: compared with what the container actor expects before a process is adopted. */
export const identitySchema = z.object({
  run_id: z.string(),
  container: z.string(),
  generation: z.int(),
  pid: z.int(),
  /** Start time of the process in clock ticks since boot (Linux) or epoch seconds (macOS), as text. */
  pid_start: z.string(),
});
export type SandboxIdentity = z.infer<typeof identitySchema>;

/** `GET /status` */
export const sandboxStatusSchema = z.object({
  identity: identitySchema,
  isolation: isolationSchema,
  /** Why it is less than was asked for, when it is. */
  reduced: z.string().optional(),
  activity: agentActivitySchema,
  since: z.iso.datetime(),
  detail: z.string().optional(),
  last_seq: z.int(),
  viewers: z.int(),
  cols: z.int(),
  rows: z.int(),
  exited: z.boolean(),
  /** True while its processes are stopped where they are. */
  frozen: z.boolean().default(false),
});
export type SandboxStatus = z.infer<typeof sandboxStatusSchema>;

/** `GET /evidence`: what shows whether the run is alive and gets on. Ages are in milliseconds of the run's own clock. */
export const evidenceSchema = z.object({
  /** Since a program last wrote something. */
  quiet_ms: z.number().nonnegative(),
  /** Processor time of all its processes that live now, so far; undefined where the system does not tell. */
  cpu_ms: z.number().nonnegative().optional(),
  /** Commit that its branch stands at. */
  head: z.string().optional(),
  /** The same tool with the same arguments and the same result, so often in a row. */
  loop: z.object({ what: z.string().max(200), count: z.int() }).optional(),
  frozen: z.boolean().default(false),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** Every request carries the generation that its sender believes in; an older or newer one is refused: `stale_generation`. */
export const GENERATION_HEADER = "x-gastown-generation";

/** `POST /gateway`: where the gateway answers from now on, and the agent's token. */
export const gatewayUpdateSchema = z.strictObject({
  gateway_url: z.string(),
  agent_token: z.string().optional(),
});
/** `POST /stop`: snapshot, then end the agent as a group: TERM, and KILL after the grace. */
export const stopSchema = z.strictObject({
  reason: z.string(),
  grace_ms: z.int().nonnegative().default(5_000),
});
/** `POST /freeze`: all processes of the run stand still, or go on; the clock of the run with them. */
export const freezeSchema = z.strictObject({ frozen: z.boolean() });
/** `POST /input`: text typed into the terminal, for people and nudges. */
export const inputSchema = z.strictObject({
  text: z.string().max(65_536),
  enter: z.boolean().default(false),
});
/** `POST /nudge`: words for the agent, delivered at a turn boundary; what becomes of them is in the event log. */
export const nudgeBodySchema = z.strictObject({ nudge: nudgeSchema });
/** `POST /shutdown`: ends the sandbox process itself once its events were read up to `seq`. */
export const shutdownSchema = z.strictObject({ seq: z.int().nonnegative() });

/** File in the folder of a run that names the folder of its isolation's sockets, which a dead process leaves behind. */
export const PROXY_NOTE = "proxy-folder";

/**
 * Terminal socket, server to viewer: binary frames are terminal output; text frames are one of these.
 * After `attached` comes the snapshot as one binary frame, then live output, with nothing lost or doubled between.
 */
export const terminalServerFrameSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("attached"),
    cols: z.int(),
    rows: z.int(),
    primary: z.boolean(),
    live: z.boolean(),
    title: z.string().default(""),
  }),
  /** What follows replaces the screen: the viewer was too slow, or the size changed. */
  z.object({ type: z.literal("reset"), cols: z.int(), rows: z.int() }),
  z.object({ type: z.literal("resized"), cols: z.int(), rows: z.int() }),
  z.object({ type: z.literal("primary"), primary: z.boolean() }),
  z.object({ type: z.literal("ended"), code: z.int().nullable(), reason: z.string() }),
]);
export type TerminalServerFrame = z.infer<typeof terminalServerFrameSchema>;

/** Terminal socket, viewer to server (text frames). Input and size are taken from the primary viewer only. */
export const terminalClientFrameSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("input"), data: z.string().max(65_536) }),
  z.strictObject({
    type: z.literal("resize"),
    cols: z.int().min(2).max(1_000),
    rows: z.int().min(1).max(1_000),
  }),
  /** Become the primary viewer. */
  z.strictObject({ type: z.literal("take") }),
]);
export type TerminalClientFrame = z.infer<typeof terminalClientFrameSchema>;

/**
 * The agent-facing calls that the sandbox answers itself, since they touch the worktree: `POST /agent/done`.
 * Everything else under `/agent/api/...` is relayed to the gateway with the agent's token.
 */
export const doneRequestSchema = z.strictObject({
  bead: z.string().optional(),
  summary: z.string().max(20_000).default(""),
  /** Submits although steps of the formula are left, where the formula allows it. */
  force: z.boolean().default(false),
});
export type DoneRequest = z.infer<typeof doneRequestSchema>;
export const doneReplySchema = z.object({
  submitted: z.literal(true),
  bead: z.string(),
  branch: z.string(),
  head: z.string(),
  commits: z.int(),
  /** True when the same head had been submitted before. */
  repeated: z.boolean(),
});
export type DoneReply = z.infer<typeof doneReplySchema>;

/** `POST /agent/checkpoint`: a note for whoever goes on, with a copy of what is not committed. */
export const checkpointRequestSchema = z.strictObject({ note: z.string().min(1).max(10_000) });
export const checkpointReplySchema = z.object({
  bead: z.string(),
  /** Ref that keeps the files; absent when all of it is on the remote. */
  ref: z.string().optional(),
});
export type CheckpointReply = z.infer<typeof checkpointReplySchema>;

/** Environment by which `gt` and `bd` in a sandbox find their way; both are on the agent's PATH. */
export const AGENT_ENV = {
  /** Base URL of the relay in the sandbox process; stays the same while the gateway restarts. */
  api: "GASTOWN_API",
  token: "GASTOWN_TOKEN",
  town: "GASTOWN_TOWN",
  rig: "GASTOWN_RIG",
  agent: "GASTOWN_AGENT",
  role: "GASTOWN_ROLE",
  bead: "GASTOWN_BEAD",
  runId: "GASTOWN_RUN_ID",
  promptFile: "GASTOWN_PROMPT_FILE",
} as const;

/** Why a sandbox is told to end when the whole town is stopped together with its agents: what it did counts as no try. */
export const TOWN_STOPPED = "The town is stopped.";
