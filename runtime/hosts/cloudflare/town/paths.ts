/** Where the things of a town lie in the bucket; the places of agents are named, though no agent runs here. */
import type { TownPaths } from "../../../../actors/ports.ts";

/** The paths that the actors ask for, and those of the host itself. */
export interface EdgeTownPaths extends TownPaths {
  /** The bare repository with the town's own beads. */
  readonly hq: string;
  readonly rigs: string;
}

/** Paths below `/<town>`, which are keys of the bucket without the first slash. */
export function edgeTownPaths(town: string): EdgeTownPaths {
  const root = `/${town}`;
  return {
    root,
    hq: `${root}/hq.git`,
    rigs: `${root}/rigs`,
    repo: rig => `${root}/rigs/${rig}.git`,
    worktree: (rig, agent) => `${root}/worktrees/${rig}/${agent}`,
    home: (rig, agent) => `${root}/agents/${rig}/${agent}/home`,
    runDir: (rig, agent, generation) => `${root}/agents/${rig}/${agent}/runs/${generation}`,
    socket: (container, generation) => `${root}/run/${container.replaceAll("/", "+")}-${generation}.sock`,
  };
}
