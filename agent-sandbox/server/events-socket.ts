import type { EventLog } from "../log/event-log.ts";

/** The live event log: first everything after `?after=`, then each event as it comes, one JSON text frame each. */
export function eventsSocket(log: EventLog) {
  const subscriptions = new Map<string, () => void>();
  return {
    open(ws: { id: string; data: { query: { after: number } }; send(text: string): unknown }) {
      let seq = ws.data.query.after;
      const tell = (): void => {
        for (const event of log.after(seq)) {
          ws.send(JSON.stringify(event));
          seq = event.seq;
        }
      };
      subscriptions.set(ws.id, log.subscribe(tell));
      tell();
    },
    close(ws: { id: string }) {
      subscriptions.get(ws.id)?.();
      subscriptions.delete(ws.id);
    },
  };
}
