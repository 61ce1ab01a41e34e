/** Which agents the terminal dock shows. Pure. */
import type { AgentView } from "../../runtime/gateway/contract/views.ts";

/**
 * The agents to be shown, by place: who is at work keeps its place; a place whose agent has come to rest goes to one
 * that is at work and has none; otherwise it stays, so that its last words can be read.
 * @param shown what the dock shows now
 * @param places how many terminals there is room for
 */
export function nextTiles(
  shown: readonly string[],
  agents: readonly AgentView[],
  places: number,
): readonly string[] {
  const known = new Map(agents.map(agent => [agent.id, agent]));
  const tiles = shown.filter(id => known.get(id)?.has_terminal === true).slice(0, places);
  const waiting = agents.filter(agent => atWork(agent) && !tiles.includes(agent.id));
  for (const agent of waiting) {
    if (tiles.length < places) {
      tiles.push(agent.id);
      continue;
    }
    const resting = tiles.findIndex(id => !atWork(known.get(id)));
    if (resting === -1) break;
    tiles[resting] = agent.id;
  }
  if (tiles.length > 0) return tiles;
  const latest = agents
    .filter(agent => agent.has_terminal)
    .sort((a, b) => b.since.localeCompare(a.since))
    .slice(0, places);
  return latest.map(agent => agent.id);
}

function atWork(agent: AgentView | undefined): boolean {
  return agent?.has_terminal === true && agent.state === "working";
}
