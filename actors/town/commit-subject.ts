/** Subjects of the commits on the branch: what happened, for people who read `git log beads`. */

/** Undefined where the store's own words, made of the events, say it better. */
export function commitSubject(method: string, args: object): string | undefined {
  switch (method) {
    case "sling":
      return `Sling ${listed(args, "beads")}`;
    case "unsling":
      return `Unsling ${listed(args, "beads")}`;
    case "agentEvent":
      return agentSubject(args);
    case "createConvoy":
      return "title" in args ? `Convoy: ${String(args.title).slice(0, 100)}` : undefined;
    case "beginRig":
      return "name" in args ? `Add the rig ${String(args.name)}` : undefined;
    default:
      return undefined;
  }
}

function listed(args: object, key: "beads"): string {
  const beads = key in args ? Reflect.get(args, key) : undefined;
  if (!Array.isArray(beads)) return "beads";
  const shown = beads.slice(0, 3).join(", ");
  return beads.length > 3 ? `${shown} and ${beads.length - 3} more` : shown;
}

function agentSubject(args: object): string | undefined {
  if (!("event" in args) || !("agent" in args) || !("job" in args)) return undefined;
  const { event, agent, job } = args;
  if (typeof event !== "object" || event === null || !("type" in event)) return undefined;
  switch (event.type) {
    case "started":
      return `${String(agent)} works on ${String(job)}`;
    case "submitted":
      return `${String(agent)} submits ${String(job)}`;
    case "merge_result": {
      const result = "result" in event ? event.result : undefined;
      const kind =
        typeof result === "object" && result !== null && "kind" in result ? String(result.kind) : "";
      return `${String(agent)}: ${String(job)} ${kind.replace("_", " ")}`;
    }
    case "released":
      return `${String(agent)} lets go of ${String(job)}`;
    default:
      return undefined;
  }
}
