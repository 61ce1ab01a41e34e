/** What becomes of convoys by itself: landing, failing, being stranded; and how people see them. */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite, requireSatellite } from "../../../store/schema/satellite.ts";
import type { ConvoyView } from "../../../store/schema/views.ts";
import { convoyMachine, convoyProgress, convoyState } from "../../states/convoy.ts";
import { prefixOf } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";
import { isMerged, memberIds, members, needs } from "./members.ts";
import type { Stranded } from "./stranded.ts";
import { tellConvoy } from "./tell.ts";
import { waves } from "./waves.ts";

/** The last of its beads has closed. */
export function land(ctx: TownTurn, convoy: Bead): void {
  const { state, merged, unmerged } = convoyView(ctx, convoy);
  convoyMachine.check(convoy.id, state, "landed", "town");
  const record = requireSatellite(convoy, "convoy");
  ctx.update(convoy.id, { metadata: { convoy: { ...record, landed_at: ctx.nowText, stranded: [] } } });
  const others = unmerged === 0 ? "" : `, ${unmerged} closed without a merge`;
  ctx.close(convoy.id, `Landed: ${merged} merged${others}`);
  const how = `${merged} merged${others}.`;
  tellConvoy(ctx, convoy, `Convoy ${convoy.id} has landed: ${convoy.title}`, how);
  ctx.say("convoy.landed", `Convoy ${convoy.id} has landed: ${convoy.title}`, {
    bead: convoy.id,
    level: "good",
  });
}

/** Says once of each member that it failed, and forgets it when it is taken up again. */
export function report(ctx: TownTurn, convoy: Bead, failed: readonly string[]): void {
  const record = requireSatellite(convoy, "convoy");
  ctx.update(convoy.id, { metadata: { convoy: { ...record, reported: [...failed] } } });
  const news = failed.filter(id => !record.reported.includes(id));
  if (news.length === 0) return;
  const text = news.map(id => `${id} ${ctx.tx.get(id)?.title ?? ""} failed.`).join("\n");
  tellConvoy(
    ctx,
    convoy,
    `Convoy ${convoy.id} cannot land: ${convoy.title}`,
    `${text}\n\n\`gt explain ${news[0]}\` says why; \`gt bead reopen\` and \`gt convoy start ${convoy.id}\` try again.`,
  );
  ctx.say("convoy.failing", `Convoy ${convoy.id} cannot land: ${news.join(", ")} failed`, {
    bead: convoy.id,
    level: "error",
  });
}

/** Says why it cannot go on, once for each set of reasons; with none, that it goes on again. */
export function strand(ctx: TownTurn, convoy: Bead, stranded: readonly Stranded[]): void {
  const record = requireSatellite(convoy, "convoy");
  ctx.update(convoy.id, { metadata: { convoy: { ...record, stranded: stranded.map(one => ({ ...one })) } } });
  if (stranded.length === 0) {
    ctx.say("convoy.moving", `Convoy ${convoy.id} goes on: ${convoy.title}`, { bead: convoy.id });
    return;
  }
  const [first] = stranded;
  const more = stranded.length > 1 ? `, and ${stranded.length - 1} more` : "";
  tellConvoy(
    ctx,
    convoy,
    `Convoy ${convoy.id} is stranded: ${convoy.title}`,
    stranded.map(one => `${one.bead} ${one.reason}`).join("\n"),
  );
  ctx.say("convoy.stranded", `Convoy ${convoy.id} is stranded: ${first?.bead} ${first?.reason}${more}`, {
    bead: convoy.id,
    level: "warn",
  });
}

/** As people see it. */
export function convoyView(ctx: TownTurn, convoy: Bead): ConvoyView {
  const record = readSatellite(convoy, "convoy");
  const known = members(ctx, convoy);
  const wave = waveOf(known);
  const hidden = memberIds(convoy)
    .filter(id => !ctx.prefixes.has(prefixOf(id)) && !known.some(bead => bead.id === id))
    .map(id => ({ id, title: "", status: "unreachable" }));
  const beads: ConvoyView["beads"] = known.map(({ id, title, status }) => {
    const number = wave.get(id);
    return { id, title, status, ...(number === undefined ? {} : { wave: number }) };
  });
  beads.sort((a, b) => (a.wave ?? 0) - (b.wave ?? 0));
  const seen = [...known.map(bead => ({ status: bead.status, merged: isMerged(bead) }))];
  const progress = convoyProgress([...seen, ...hidden.map(({ status }) => ({ status, merged: false }))]);
  const stranded = record?.stranded ?? [];
  return {
    id: convoy.id,
    title: convoy.title,
    state: convoyState(progress, {
      closed: convoy.status === "closed",
      landed: record?.landed_at !== undefined,
      staged: record?.staged ?? false,
      stranded: stranded.length > 0,
    }),
    ...progress,
    beads: [...beads, ...hidden],
    owner: record?.owner ?? record?.created_by,
    watchers: record?.watchers ?? [],
    stranded: stranded.map(({ bead, reason }) => ({ bead, reason })),
    ...(record?.mode === undefined ? {} : { mode: record.mode }),
    ...(record?.started_at === undefined ? {} : { started_at: record.started_at }),
    ...(record?.landed_at === undefined ? {} : { landed_at: record.landed_at }),
  };
}

/** Waves of the members; none when people tied them in a ring afterwards, which `stranded` tells. */
function waveOf(beads: readonly Bead[]): ReadonlyMap<string, number> {
  try {
    return waves(beads.map(bead => ({ id: bead.id, needs: needs(bead) })));
  } catch {
    return new Map();
  }
}
