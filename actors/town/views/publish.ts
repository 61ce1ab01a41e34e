/** Tells those who watch the town what a turn changed: new versions of things, and the lines of the feed. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { AgentView, ConvoyView, MergeRequestView, RigView } from "../../../store/schema/views.ts";
import { agentView } from "../agents/record.ts";
import { rigView } from "../calls/rigs.ts";
import { convoyView } from "../convoys/convoys.ts";
import { appendFeed } from "../feed.ts";
import { isWorkType, rigBeadId, TOWN_TYPES } from "../kinds.ts";
import { mergeRequestView } from "../refinery/views.ts";
import type { TownTurn } from "../town-turn.ts";
import { workCounts } from "./views.ts";

/** A frame with changes; the shape is that of the gateway's socket. */
interface Changed {
  op: "changed";
  seq: number;
  beads?: Bead[];
  agents?: AgentView[];
  convoys?: ConvoyView[];
  merge_requests?: MergeRequestView[];
  rigs?: RigView[];
  gone?: string[];
  counts?: Record<string, number>;
}
type Part = Omit<Changed, "op" | "seq">;

/** Events are limited to 64 KiB by the kernel; what does not fit goes into the next frame. */
const MAX_FRAME_CHARS = 20_000;
/** A bead with more text than this goes without the long fields; who opens it reads it whole. */
const MAX_BEAD_CHARS = 12_000;

/** Writes the feed and publishes everything; the last thing that a turn does. */
export async function publish(ctx: TownTurn): Promise<void> {
  const frames = pack(await parts(ctx));
  if (frames.length === 0 && ctx.feed.length === 0) return;
  const { first, events } = await appendFeed(ctx.turn, ctx.feed, frames.length);
  frames.forEach((frame, i) => {
    ctx.turn.publish({ op: "changed", seq: first + i, ...frame });
  });
  for (const event of events) ctx.turn.publish({ op: "feed", event });
}

async function parts(ctx: TownTurn): Promise<Part[]> {
  const { changed } = ctx;
  const found: Part[] = [];
  const convoys = new Map<string, Bead>();
  for (const id of changed.beads) {
    const bead = ctx.tx.get(id);
    if (bead === undefined) continue;
    if (bead.issue_type === "convoy") convoys.set(id, bead);
    if (isWorkType(bead.issue_type)) {
      for (const convoy of ctx.query({ type: ["convoy"], dependsOn: id })) convoys.set(convoy.id, convoy);
    }
    const request = mergeRequestView(bead);
    if (request !== undefined) found.push({ merge_requests: [request] });
    if (!TOWN_TYPES.includes(bead.issue_type)) found.push({ beads: [slim(bead)] });
  }
  for (const convoy of convoys.values()) found.push({ convoys: [slimConvoy(convoyView(ctx, convoy))] });
  for (const id of changed.agents) {
    const record = ctx.agents.get(id);
    if (record !== undefined) found.push({ agents: [agentView(record)] });
  }
  for (const name of changed.rigs) {
    const rig = ctx.rigs.get(name);
    found.push(rig === undefined ? { gone: [rigBeadId(name)] } : { rigs: [rigView(ctx, rig)] });
  }
  for (const id of changed.gone) found.push({ gone: [id] });
  if (changed.counts.size > 0) found.push({ counts: await workCounts(ctx) });
  return found;
}

/** Puts parts together into frames that are not too large. */
function pack(found: readonly Part[]): Part[] {
  const frames: Part[] = [];
  let room = 0;
  for (const part of found) {
    const size = JSON.stringify(part).length;
    let frame = frames.at(-1);
    if (frame === undefined || size > room) {
      frame = {};
      frames.push(frame);
      room = MAX_FRAME_CHARS;
    }
    room -= size;
    add(frame, part);
  }
  return frames;
}

function add(frame: Part, part: Part): void {
  if (part.beads) frame.beads = [...(frame.beads ?? []), ...part.beads];
  if (part.agents) frame.agents = [...(frame.agents ?? []), ...part.agents];
  if (part.convoys) frame.convoys = [...(frame.convoys ?? []), ...part.convoys];
  if (part.merge_requests) frame.merge_requests = [...(frame.merge_requests ?? []), ...part.merge_requests];
  if (part.rigs) frame.rigs = [...(frame.rigs ?? []), ...part.rigs];
  if (part.gone) frame.gone = [...(frame.gone ?? []), ...part.gone];
  if (part.counts) frame.counts = part.counts;
}

/** The bead without the stamps of its fields, and without long texts when they are very long. */
function slim(bead: Bead): Bead {
  const { _clock, ...rest } = bead;
  if (JSON.stringify(rest).length <= MAX_BEAD_CHARS) return rest;
  const { comments: _comments, design: _design, notes: _notes, metadata: _metadata, ...short } = rest;
  if (JSON.stringify(short).length <= MAX_BEAD_CHARS) return short;
  const { description: _text, acceptance_criteria: _criteria, ...shortest } = short;
  return shortest;
}

/** The convoy with as many of its beads as fit; the figures are those of all. */
function slimConvoy(convoy: ConvoyView): ConvoyView {
  const beads: ConvoyView["beads"] = [];
  let room = MAX_BEAD_CHARS;
  for (const bead of convoy.beads) {
    room -= JSON.stringify(bead).length;
    if (room < 0) break;
    beads.push(bead);
  }
  return { ...convoy, beads };
}
