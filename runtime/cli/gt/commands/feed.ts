/** `gt feed` */
import { z } from "zod";
import { type FeedEvent, feedEventSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable, type Style } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";
import { openSocket } from "../socket.ts";

const eventsSchema = z.array(feedEventSchema);

export const feed = defineCommand<GtContext>()({
  summary: "Shows what happened lately, and with -f what happens from now on",
  examples: [
    { line: "gt feed -n 50" },
    { line: "gt feed -f --json", note: "one JSON object a line, until ctrl-c" },
  ],
  flags: {
    follow: { type: "boolean", short: "f", summary: "go on until ctrl-c" },
    lines: { type: "integer", short: "n", default: 20, min: 1, max: 2_000, summary: "how many" },
    since: { type: "integer", min: 0, summary: "only those after this sequence number" },
  },
  async run({ flags }, context) {
    const client = context.client();
    const read = (since: number | undefined) =>
      client.get("/feed", eventsSchema, { query: { limit: flags.lines, since } });
    const events = await read(flags.since);
    if (flags.follow !== true) {
      context.print(events, () => events.map(event => feedLine(event, context.style)));
      return undefined;
    }
    let last = flags.since ?? 0;
    const show = (event: FeedEvent): void => {
      if (event.seq <= last) return;
      last = event.seq;
      context.io.stdout.write(`${context.json ? JSON.stringify(event) : feedLine(event, context.style)}\n`);
    };
    for (const event of events) show(event);
    const socket = await openSocket(client, {
      onFrame(frame) {
        if (frame.op === "feed") show(frame.event);
        if (frame.op === "resync") {
          void read(last).then(missed => {
            for (const event of missed) show(event);
          }, socket.fail);
        }
      },
    });
    socket.send({ op: "subscribe", since: last });
    await socket.closed;
    return undefined;
  },
});

/** One event as a line. */
function feedLine(event: FeedEvent, style: Style): string {
  const paint = { info: (text: string) => text, good: style.green, warn: style.yellow, error: style.red }[
    event.level
  ];
  const time = new Date(event.at).toTimeString().slice(0, 8);
  return `${style.dim(time)}  ${paint(printable(event.text).replaceAll(/\s+/g, " "))}`;
}
