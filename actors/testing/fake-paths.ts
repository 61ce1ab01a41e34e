/** The layout of a town that lies nowhere. */
import type { TownPaths } from "../ports.ts";

export function fakePaths(town: string): TownPaths {
  const root = `/towns/${town}`;
  return {
    root,
    repo: rig => `${root}/rigs/${rig}.git`,
    worktree: (rig, agent) => `${root}/worktrees/${rig}/${agent}`,
    home: (rig, agent) => `${root}/agents/${rig}/${agent}/home`,
    runDir: (rig, agent, generation) => `${root}/agents/${rig}/${agent}/runs/${generation}`,
    socket: (container, generation) => `/run/${container.replaceAll("/", "-")}-${generation}`,
  };
}
