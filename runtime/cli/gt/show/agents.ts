/** Agents as lines for a person. */
import type { AgentView } from "../../../gateway/contract/views.ts";
import { printable, type Style } from "../../lib/style.ts";
import { ago, table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

/** A table: who, state, on what, since when, and a remark. */
export function agentLines(
  agents: readonly AgentView[],
  context: Pick<GtContext, "style" | "now" | "io">,
): string[] {
  const { style } = context;
  return table(
    agents.map(agent => [
      { text: agent.id, paint: style.bold },
      { text: stateOf(agent), paint: colourOf(agent, style) },
      agent.bead ?? "",
      { text: ago(agent.since, context.now()), paint: style.dim },
      isolationCell(agent, style),
      printable(remark(agent)).replaceAll(/\s+/g, " "),
    ]),
    context.io.stdout.columns,
  );
}

/** The state, or what it seems to be doing while it works. */
export function stateOf(agent: AgentView): string {
  return agent.state === "working"
    ? (agent.activity ?? agent.state).replaceAll("_", " ")
    : agent.state.replaceAll("_", " ");
}

function remark(agent: AgentView): string {
  return agent.says ?? agent.last_note ?? agent.detail ?? agent.bead_title ?? "";
}

function isolationCell(agent: AgentView, style: Style) {
  if (agent.isolation === undefined) return "";
  if (agent.isolation === "none") return { text: "NOT ISOLATED", paint: style.red };
  return { text: agent.isolation, paint: style.dim };
}

/** Red for what needs a person, green for what goes on. */
export function colourOf(agent: AgentView, style: Style): (text: string) => string {
  if (agent.state === "given_up") return style.red;
  if (
    agent.state === "backoff" ||
    agent.activity === "waiting_for_person" ||
    agent.activity === "rate_limited"
  ) {
    return style.yellow;
  }
  return agent.state === "idle" ? style.dim : style.green;
}
