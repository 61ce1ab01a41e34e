/** What a town published lately: one watch per town, a bounded memory, and everyone who listens. */
import { z } from "zod";
import { type ServerFrame, serverFrameSchema } from "../contract/socket.ts";
import type { Directory } from "../deps.ts";
import type { TownCall } from "../routes/route.ts";

/** How many frames a client may have missed before it must load the town anew. */
const MEMORY_FRAMES = 2_000;

type TownFrame = Extract<ServerFrame, { op: "changed" | "feed" }>;
/** For those who watch now; it has no number, and is not kept. */
type UiFrame = Extract<ServerFrame, { op: "ui" }>;

/** The frames of one town, from the time of the first subscriber on. */
export interface TownFeed {
  /** Sequence number of the newest frame. */
  readonly seq: number;
  /** Frames after `since`, oldest first; undefined when too much was missed to know. */
  after(since: number): readonly TownFrame[] | undefined;
  /** Calls back for each new frame. Returns the unsubscriber. */
  listen(listener: (frame: TownFrame | UiFrame) => void): () => void;
}

/** The feeds of all towns of a gateway. */
export interface TownHub {
  of(town: string, call: TownCall): Promise<TownFeed>;
  close(): void;
}

export function createTownHub(directory: Directory): TownHub {
  const feeds = new Map<string, Promise<TownFeed & { stop(): void }>>();
  return {
    of(town, call) {
      const known = feeds.get(town);
      if (known !== undefined) return known;
      const opened = openFeed(directory, town, call);
      feeds.set(town, opened);
      opened.catch(() => feeds.delete(town));
      return opened;
    },
    close() {
      for (const feed of feeds.values())
        void feed.then(
          ({ stop }) => stop(),
          () => undefined,
        );
      feeds.clear();
    },
  };
}

async function openFeed(
  directory: Directory,
  town: string,
  call: TownCall,
): Promise<TownFeed & { stop(): void }> {
  const frames: TownFrame[] = [];
  const listeners = new Set<(frame: TownFrame | UiFrame) => void>();
  let seq = 0;
  // Watching begins before the cursor is read: a frame in between is then known twice, never lost.
  const stop = directory.watch({ kind: "town", name: town }, event => {
    const frame = readTownFrame(event);
    if (frame === undefined) return;
    if (frame.op === "ui") {
      for (const listener of listeners) listener(frame);
      return;
    }
    seq = Math.max(seq, seqOf(frame));
    frames.push(frame);
    if (frames.length > MEMORY_FRAMES) frames.splice(0, frames.length - MEMORY_FRAMES);
    for (const listener of listeners) listener(frame);
  });
  let known: number;
  try {
    known = z.looseObject({ seq: z.int() }).parse(await call("view", { by: "gateway" })).seq;
  } catch (error) {
    stop();
    throw error;
  }
  seq = Math.max(seq, known);
  const forgotten = () =>
    frames.length >= MEMORY_FRAMES && frames[0] !== undefined ? seqOf(frames[0]) : known;
  return {
    stop,
    get seq() {
      return seq;
    },
    after: since =>
      since < forgotten() || since > seq ? undefined : frames.filter(frame => seqOf(frame) > since),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function seqOf(frame: TownFrame): number {
  return frame.op === "feed" ? frame.event.seq : frame.seq;
}

/** What the town published as a frame; undefined for what is not meant for viewers. */
function readTownFrame(event: unknown): TownFrame | UiFrame | undefined {
  const { data } = serverFrameSchema.safeParse(event);
  return data?.op === "changed" || data?.op === "feed" || data?.op === "ui" ? data : undefined;
}
