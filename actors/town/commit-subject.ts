/** Subjects of the commits on the branch: what happened, for people who read `git log beads`. */
import type { Told } from "./agents/record.ts";
import type { AgentEvent } from "./methods.ts";

/** Of a call by its arguments. Undefined where the store's own words, made of the events, say it better. */
export function commitSubject(method: string, args: object): string | undefined {
  switch (method) {
    case "sling":
      return `Sling ${listed(args)}`;
    case "unsling":
      return `Unsling ${listed(args)}`;
    case "beginRig":
      return "name" in args ? `Add the rig ${String(args.name)}` : undefined;
    case "pause":
      return "Pause the town";
    case "resume":
      return "Resume the town";
    default:
      return undefined;
  }
}

/** Of an agent's report; `told` is the job that the town gave it last. */
export function reportSubject(
  { agent, job, attempt, event, status }: AgentEvent,
  told: Told | undefined,
): string | undefined {
  const bead = told?.job === job ? told.bead : job;
  const title = told?.job === job && told.title !== "" ? `: ${told.title.slice(0, 100)}` : "";
  switch (event?.type) {
    case "started":
      return bead === job ? `${agent} works on ${bead}, attempt ${attempt}${title}` : undefined;
    case "submitted":
      return `${agent} submits ${bead}${title}`;
    case "gate":
      return `${event.name} ${event.ok ? "passed" : "failed"} on the merge of ${bead}`;
    case "merge_result": {
      const { result } = event;
      if (result.kind === "merged") return `Merged ${bead} in ${result.commit.slice(0, 7)}${title}`;
      return `Merge of ${bead}: ${result.kind.replaceAll("_", " ")}`;
    }
    case "released":
      // What such a commit holds is mostly what the free place is used for.
      if (told?.kind === "merge") return `${agent} is free: the next merge may begin`;
      return `${agent} lets go of ${bead}: ${event.outcome}`;
    case undefined:
      return status.state === "backoff" ? `${agent} is started again on ${bead}${title}` : undefined;
    default:
      return undefined;
  }
}

function listed(args: object): string {
  const beads = "beads" in args ? args.beads : undefined;
  if (!Array.isArray(beads)) return "beads";
  const shown = beads.slice(0, 3).join(", ");
  return beads.length > 3 ? `${shown} and ${beads.length - 3} more` : shown;
}
