/** Where the demo's work is: read from the town, told in lines, summed up at the end. */
import { z } from "zod";
import { type Bead, beadSchema } from "../../../store/schema/bead.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import {
  type AgentView,
  agentViewSchema,
  type ConvoyView,
  convoyViewSchema,
} from "../../gateway/contract/views.ts";
import type { TownCall } from "../../gateway/routes/route.ts";
import type { DemoAct } from "./setup.ts";

/** One look at the town. */
export interface Progress {
  readonly beads: Readonly<Record<string, number>>;
  readonly merged: number;
  readonly failed: number;
  readonly agents: readonly AgentView[];
  /** The demo's beads, by the agent that has or had them. */
  readonly byAgent: ReadonlyMap<string, Bead>;
  readonly convoys: readonly ConvoyView[];
  /** Attempts that met a conflict, and that the gate found a mistake in; of each bead the last one. */
  readonly conflicts: number;
  readonly gateFailures: number;
  /** Nothing more will happen by itself. */
  readonly over: boolean;
}

/** The object of `--json`. */
export interface DemoReport {
  readonly merged: number;
  readonly failed: number;
  readonly convoys_landed: number;
  readonly beads: Readonly<Record<string, number>>;
  /** Beads that landed, or failed, after a conflict, and after a failed gate. */
  readonly conflicts: number;
  readonly gate_failures: number;
  readonly isolation: string;
  readonly seconds: number;
}

/** Reads agents, beads and the convoys of the acts so far. */
export async function readProgress(town: TownCall, by: string, acts: readonly DemoAct[]): Promise<Progress> {
  const [beads, agents, convoys] = await Promise.all([
    town("beads", { by, rig: "sample", limit: 1_000 }).then(list => z.array(beadSchema).parse(list)),
    town("agents", { by, rig: "sample" }).then(list => z.array(agentViewSchema).parse(list)),
    town("convoys", { by }).then(list => z.array(convoyViewSchema).parse(list)),
  ]);
  // An agent that had several is shown with the last.
  const own = beads
    .filter(bead => acts.some(act => act.beads.includes(bead.id)))
    .sort((a, b) => a.updated_at.localeCompare(b.updated_at));
  const counts: Record<string, number> = {};
  for (const { status } of own) counts[status] = (counts[status] ?? 0) + 1;
  const followed = convoys.filter(one => acts.some(act => act.convoy === one.id));
  const rejected = (kind: string) =>
    own.filter(bead => readSatellite(bead, "work")?.last_failure?.kind === kind).length;
  return {
    beads: counts,
    merged: followed.reduce((sum, convoy) => sum + convoy.merged, 0),
    failed: counts.failed ?? 0,
    agents,
    byAgent: new Map(own.flatMap(bead => (bead.assignee === undefined ? [] : [[bead.assignee, bead]]))),
    convoys: followed,
    conflicts: rejected("conflict"),
    gateFailures: rejected("gate"),
    over: followed.length === acts.length && followed.every(convoy => convoy.state !== "open"),
  };
}
