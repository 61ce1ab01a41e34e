/** Where the demo's work is: read from the town, told in lines, summed up at the end. */
import { z } from "zod";
import { beadSchema } from "../../../store/schema/bead.ts";
import {
  type AgentView,
  agentViewSchema,
  type ConvoyView,
  convoyViewSchema,
} from "../../gateway/contract/views.ts";
import type { TownCall } from "../../gateway/routes/route.ts";
import type { DemoWork } from "./setup.ts";

/** One look at the town. */
export interface Progress {
  readonly beads: Readonly<Record<string, number>>;
  readonly merged: number;
  readonly failed: number;
  readonly agents: readonly AgentView[];
  /** The least that any of them ran in, where it was seen. */
  readonly isolation?: string;
  readonly convoy: ConvoyView | undefined;
  /** Nothing more will happen by itself. */
  readonly over: boolean;
}

/** The object of `--json`. */
export interface DemoReport {
  readonly merged: number;
  readonly failed: number;
  readonly convoys_landed: number;
  readonly beads: Readonly<Record<string, number>>;
  readonly isolation: string;
  readonly seconds: number;
}

/** Reads agents, beads and the convoy. */
export async function readProgress(town: TownCall, by: string, work: DemoWork): Promise<Progress> {
  const [beads, agents, convoys] = await Promise.all([
    town("beads", { by, rig: "sample", limit: 1_000 }).then(list => z.array(beadSchema).parse(list)),
    town("agents", { by, rig: "sample" }).then(list => z.array(agentViewSchema).parse(list)),
    town("convoys", { by }).then(list => z.array(convoyViewSchema).parse(list)),
  ]);
  const own = beads.filter(bead => work.beads.includes(bead.id));
  const counts: Record<string, number> = {};
  for (const { status } of own) counts[status] = (counts[status] ?? 0) + 1;
  const convoy = convoys.find(one => one.id === work.convoy);
  const merged = convoy?.merged ?? 0;
  const failed = counts.failed ?? 0;
  return {
    beads: counts,
    merged,
    failed,
    agents,
    convoy,
    over:
      convoy !== undefined && convoy.state !== "open"
        ? true
        : merged + failed >= work.beads.length && failed > 0,
  };
}

/** What is in force for the polecats: the least of it, or "process" when none is left to ask. */
export function isolationOf(agents: readonly AgentView[]): string {
  const kinds = agents.filter(agent => agent.role === "polecat").map(agent => agent.isolation);
  return kinds.includes("none") ? "none" : (kinds.find(kind => kind !== undefined) ?? "process");
}
