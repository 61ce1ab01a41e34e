/** Events of a sandbox in a few words, for an agent's log. */
import type { SandboxEvent } from "../../agent-sandbox/protocol/events.ts";

export function describe(event: SandboxEvent): string {
  switch (event.type) {
    case "started":
      return `pid ${event.pid}, isolation ${event.isolation}`;
    case "activity":
      return event.detail === undefined ? event.activity : `${event.activity}: ${event.detail}`;
    case "note":
      return event.text;
    case "submitted":
      return `${event.branch} at ${event.head.slice(0, 7)}, ${event.commits} commits`;
    case "snapshot":
      return `${event.ref} at ${event.commit.slice(0, 7)}`;
    case "merging":
    case "publishing":
      return event.commit.slice(0, 7);
    case "gate":
      return `${event.name} ${event.ok ? "passed" : "failed"} in ${event.ms} ms`;
    case "merge_result":
      return event.result.kind;
    case "usage":
      return `${event.input_tokens} in, ${event.output_tokens} out`;
    case "nudge":
      return event.reason === undefined
        ? `${event.id} ${event.outcome}`
        : `${event.id} ${event.outcome}: ${event.reason}`;
    case "exited":
      return event.reason;
    default:
      return event satisfies never;
  }
}
