/**
 * What the patrol finds is written down twice: on the agent, for as long as that is remembered, and as a wisp of the town's
 * own store, which stays on this machine. The oldest wisps are squashed into one that counts them.
 */
import type { Bead } from "../../../store/schema/bead.ts";
import { type AgentIdentity, PATROL_LABEL, readSatellite } from "../../../store/schema/satellite.ts";
import { agentBeadId, HQ_PREFIX } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";

/** Findings remembered on an agent. */
const MAX_FINDINGS = 20;
/** Wisps that are kept one by one after a squash, and how many there are before one. */
const WISPS_KEPT = 50;
const SQUASH_AT = 75;
/** The wisp that counts those that were squashed. */
export const PATROL_DIGEST = `${HQ_PREFIX}-wisp-patrol-digest`;

type Finding = NonNullable<AgentIdentity["findings"]>[number];

/** Writes a finding down. */
export function recordFinding(ctx: TownTurn, agent: string, finding: Finding): void {
  remember(ctx, agent, finding);
  const { kind, tier, text, bead, attempt } = finding;
  const wisp = ctx.create({
    prefix: HQ_PREFIX,
    title: `${agent} is ${kind} on ${bead} (${tier})`.slice(0, 300),
    description: text,
    issue_type: "event",
    wisp_type: "patrol",
    ephemeral: true,
    labels: [PATROL_LABEL],
    metadata: { patrol: { agent, kind, tier, bead, attempt } },
  });
  ctx.close(wisp.id, "a record of the patrol");
  squash(ctx);
}

function remember(ctx: TownTurn, id: string, finding: Finding): void {
  const bead = ctx.tx.get(agentBeadId(id));
  const identity = bead && readSatellite(bead, "agent");
  if (bead === undefined || identity === undefined) return;
  const findings = [finding, ...(identity.findings ?? [])].slice(0, MAX_FINDINGS);
  ctx.update(bead.id, { metadata: { agent: { ...identity, findings } } });
}

/** The oldest go; how many of each there were stays in the digest. */
function squash(ctx: TownTurn): void {
  const wisps = ctx
    .query({ type: ["event"], labels: [PATROL_LABEL], sort: "oldest" })
    .filter(({ id }) => id !== PATROL_DIGEST);
  if (wisps.length < SQUASH_AT) return;
  const digest = ctx.tx.get(PATROL_DIGEST);
  const counts = { ...(digest && readSatellite(digest, "patrol")?.counts) };
  for (const wisp of wisps.slice(0, wisps.length - WISPS_KEPT)) {
    const { kind = "other", tier = "seen" } = readSatellite(wisp, "patrol") ?? {};
    counts[`${kind} (${tier})`] = (counts[`${kind} (${tier})`] ?? 0) + 1;
    ctx.delete(wisp.id, "squashed into the digest of the patrol");
  }
  writeDigest(ctx, digest, counts);
}

function writeDigest(
  ctx: TownTurn,
  digest: Bead | undefined,
  counts: Readonly<Record<string, number>>,
): void {
  const description = Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${count} ${what}`)
    .join("\n");
  const metadata = { patrol: { counts } };
  if (digest !== undefined) {
    ctx.update(digest.id, { description, metadata });
    return;
  }
  ctx.create({
    id: PATROL_DIGEST,
    title: "Older records of the patrol, counted",
    description,
    issue_type: "event",
    wisp_type: "patrol",
    ephemeral: true,
    labels: [PATROL_LABEL],
    metadata,
  });
  ctx.close(PATROL_DIGEST, "a record of the patrol");
}
