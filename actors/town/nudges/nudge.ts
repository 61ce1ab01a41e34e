/** Nudging an agent: the words go to its actor with this turn's commit, and stay there until they were delivered. */
import { MAX_NUDGE_CHARS, type Nudge, type NudgeMode } from "../../../store/schema/nudge.ts";
import { plainText } from "../../../store/schema/plain-text.ts";
import { agentActor } from "../kinds.ts";
import { NUDGE_TTL_MS } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";

export interface NewNudge {
  /** `<rig>/<name>` */
  readonly agent: string;
  readonly text: string;
  /** `wait-idle` unless given. */
  readonly mode?: NudgeMode;
  /** A pending nudge of the same key is replaced. Each nudge is its own when absent. */
  readonly key?: string;
  /** Milliseconds until it is dropped. */
  readonly ttlMs?: number;
  /** Who says it; the caller of this turn when absent. */
  readonly from?: string;
}

/** @returns the nudge as sent */
export function nudge(ctx: TownTurn, { agent, text, mode = "wait-idle", key, ttlMs, from }: NewNudge): Nudge {
  const random = Math.floor(ctx.turn.random() * 0x1_0000_0000).toString(36);
  const id = `${ctx.now.toString(36)}-${random}`;
  const words: Nudge = {
    id,
    from: from ?? ctx.by,
    text: plainText(text).slice(0, MAX_NUDGE_CHARS) || "(no words)",
    mode,
    key: key ?? id,
    at: ctx.nowText,
    expires_at: new Date(ctx.now + (ttlMs ?? NUDGE_TTL_MS)).toISOString(),
  };
  ctx.turn.send(agentActor(ctx.town, agent), "nudge", { nudge: words });
  return words;
}
