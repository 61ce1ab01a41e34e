/** Where the user is, as the fragment of the address: it survives a reload, and the server needs to know nothing of it. Pure. */
export interface Route {
  readonly page: "town" | "agent" | "mail";
  /** Id of the agent whose page it is. */
  readonly agent?: string;
  /** A certain run of that agent. */
  readonly run?: string;
  /** Id of the message that is open. */
  readonly message?: string;
  /** Id of the bead that is open beside the page. */
  readonly bead?: string;
}

/**
 * The route of a fragment: `#/`, `#/beads/<id>`, `#/mail/<id>`, `#/agents/<rig>/<name>?run=<run>&bead=<id>`.
 * Anything else is the town's page.
 */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?");
  const parts = path.split("/").map(decode);
  const params = new URLSearchParams(query);
  const bead = params.get("bead") ?? undefined;
  const run = params.get("run") ?? undefined;
  if (parts[0] === "beads" && parts[1]) return { page: "town", bead: parts[1] };
  if (parts[0] === "mail") return { page: "mail", ...(parts[1] ? { message: parts[1] } : {}) };
  if (parts[0] === "agents" && parts[1] && parts[2]) {
    return {
      page: "agent",
      agent: `${parts[1]}/${parts[2]}`,
      ...(run === undefined ? {} : { run }),
      ...(bead === undefined ? {} : { bead }),
    };
  }
  return { page: "town" };
}

/** The fragment of a route, with its `#`. */
export function formatRoute(route: Route): string {
  if (route.page === "agent" && route.agent !== undefined) {
    const params = new URLSearchParams();
    if (route.run !== undefined) params.set("run", route.run);
    if (route.bead !== undefined) params.set("bead", route.bead);
    const path = route.agent.split("/").map(encodeURIComponent).join("/");
    return `#/agents/${path}${params.size === 0 ? "" : `?${params}`}`;
  }
  if (route.page === "mail") {
    return route.message === undefined ? "#/mail" : `#/mail/${encodeURIComponent(route.message)}`;
  }
  return route.bead === undefined ? "#/" : `#/beads/${encodeURIComponent(route.bead)}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray percent sign: taken as it stands.
    return part;
  }
}
