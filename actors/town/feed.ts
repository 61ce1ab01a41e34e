/** The activity feed of a town: a bounded ring in the town's storage, and the cursor that its watchers resume from. */
import type { FeedEvent } from "../../store/schema/views.ts";
import type { Turn } from "../kernel/actor.ts";
import { FEED_KEPT } from "./limits.ts";

/** `seq` is the cursor of everything published; `count` the number of feed events ever written. */
export interface FeedMeta {
  readonly seq: number;
  readonly count: number;
}

/** A feed event before it has its number and time. */
export type NewFeedEvent = Omit<FeedEvent, "seq" | "at" | "level"> & { readonly level?: FeedEvent["level"] };

const META_KEY = "feed-meta";
/** Keys are grouped in hundreds, so that the newest can be read without reading the whole ring. */
const GROUP = 100;

function feedKey(n: number): string {
  return `feed/${String(n).padStart(12, "0")}`;
}

function groupPrefix(n: number): string {
  return feedKey(n).slice(0, -2);
}

/** Where the feed stands. */
export async function feedMeta(turn: Turn): Promise<FeedMeta> {
  return (await turn.get<FeedMeta>(META_KEY)) ?? { seq: 0, count: 0 };
}

/**
 * Writes events and takes numbers for `frames` other frames before them.
 * @returns the first number taken, and the events as written
 */
export async function appendFeed(
  turn: Turn,
  events: readonly NewFeedEvent[],
  frames: number,
): Promise<{ readonly first: number; readonly events: readonly FeedEvent[] }> {
  const meta = await feedMeta(turn);
  const at = new Date(turn.now).toISOString();
  const first = meta.seq + 1;
  const written = events.map(
    (event, i): FeedEvent => ({
      ...event,
      level: event.level ?? "info",
      text: event.text.length > 500 ? `${event.text.slice(0, 499)}…` : event.text,
      seq: first + frames + i,
      at,
    }),
  );
  written.forEach((event, i) => {
    const n = meta.count + i;
    turn.set(feedKey(n), event);
    if (n >= FEED_KEPT) turn.delete(feedKey(n - FEED_KEPT));
  });
  if (frames + events.length > 0) {
    const next: FeedMeta = { seq: meta.seq + frames + events.length, count: meta.count + events.length };
    turn.set(META_KEY, next);
  }
  return { first, events: written };
}

/** Events after `since`, at most `limit` and the newest of them, oldest first. */
export async function readFeed(turn: Turn, since: number | undefined, limit: number): Promise<FeedEvent[]> {
  const { count } = await feedMeta(turn);
  const found: FeedEvent[] = [];
  const oldest = Math.max(0, count - FEED_KEPT);
  for (let group = Math.floor((count - 1) / GROUP); group >= Math.floor(oldest / GROUP); group--) {
    const rows = await turn.list<FeedEvent>(groupPrefix(group * GROUP));
    const wanted = rows.map(([, event]) => event).filter(event => since === undefined || event.seq > since);
    found.unshift(...wanted);
    if (found.length >= limit || wanted.length < rows.length) break;
  }
  return found.slice(-limit);
}
