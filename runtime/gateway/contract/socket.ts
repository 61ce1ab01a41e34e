/**
 * The multiplexed WebSocket, `GET /api/v1/towns/:town/socket` (cookie or bearer token).
 * Text frames are JSON. A binary frame is terminal output: four bytes channel number (big endian), then the bytes.
 */
import { z } from "zod";
import { terminalServerFrameSchema } from "../../../agent-sandbox/protocol/control.ts";
import { beadSchema } from "../../../store/schema/bead.ts";
import { UI_ACTIONS } from "../../../store/schema/ui-action.ts";
import {
  agentViewSchema,
  convoyViewSchema,
  feedEventSchema,
  mergeRequestViewSchema,
  rigViewSchema,
} from "./views.ts";

const channel = z.int().min(1).max(0xffff_ffff);

export const clientFrameSchema = z.discriminatedUnion("op", [
  /** Town changes and feed events after `since`; answered by `subscribed`, then `changed` and `feed` frames. */
  z.strictObject({ op: z.literal("subscribe"), since: z.int().nonnegative() }),
  /** Opens the terminal of an agent on a channel number of the client's choosing. */
  z.strictObject({
    op: z.literal("open"),
    ch: channel,
    agent: z.string(),
    run: z.string().optional(),
    cols: z.int().min(2).max(1_000),
    rows: z.int().min(1).max(1_000),
  }),
  z.strictObject({ op: z.literal("input"), ch: channel, data: z.string().max(65_536) }),
  z.strictObject({
    op: z.literal("resize"),
    ch: channel,
    cols: z.int().min(2).max(1_000),
    rows: z.int().min(1).max(1_000),
  }),
  z.strictObject({ op: z.literal("take"), ch: channel }),
  z.strictObject({ op: z.literal("close"), ch: channel }),
  z.strictObject({ op: z.literal("ping"), t: z.number() }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

export const serverFrameSchema = z.discriminatedUnion("op", [
  z.object({ op: z.literal("subscribed"), seq: z.int() }),
  /** New versions of things; a client replaces what it has by id. Removed ones come in `gone`. */
  z.object({
    op: z.literal("changed"),
    seq: z.int(),
    beads: z.array(beadSchema).optional(),
    agents: z.array(agentViewSchema).optional(),
    convoys: z.array(convoyViewSchema).optional(),
    merge_requests: z.array(mergeRequestViewSchema).optional(),
    rigs: z.array(rigViewSchema).optional(),
    counts: z.record(z.string(), z.int()).optional(),
    gone: z.array(z.string()).optional(),
  }),
  z.object({ op: z.literal("feed"), event: feedEventSchema }),
  /** Something is to be shown now; it is never repeated, and who was away has missed it. */
  z.object({ op: z.literal("ui"), by: z.string(), action: z.enum(UI_ACTIONS), id: z.string() }),
  /** Too much was missed: load the town anew. */
  z.object({ op: z.literal("resync"), seq: z.int() }),
  z.object({ op: z.literal("terminal"), ch: channel, frame: terminalServerFrameSchema }),
  z.object({ op: z.literal("closed"), ch: channel, code: z.string(), message: z.string() }),
  z.object({ op: z.literal("error"), code: z.string(), message: z.string() }),
  z.object({ op: z.literal("pong"), t: z.number() }),
]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;
