/** Where the demo's work is: read from the town, told in lines, summed up at the end. */
import { z } from "zod";
import { type Bead, beadSchema } from "../../../store/schema/bead.ts";
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
  /** The demo's beads, by the agent that has or had them. */
  readonly byAgent: ReadonlyMap<string, Bead>;
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
    byAgent: new Map(own.flatMap(bead => (bead.assignee === undefined ? [] : [[bead.assignee, bead]]))),
    convoy,
    over:
      convoy !== undefined && convoy.state !== "open"
        ? true
        : merged + failed >= work.beads.length && failed > 0,
  };
}
