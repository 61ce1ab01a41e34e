/** A ready bead that cannot be started as things are: it fails at once, with the reason, rather than again and again. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { freeWork } from "../../states/work.ts";
import { park, pourFor } from "../molecules/pour.ts";
import type { TownTurn } from "../town-turn.ts";
import { UNLEASED } from "./attempts.ts";
import { checkDriver, chooseDriver } from "./driver.ts";

/** True when the bead can be started; otherwise it is failed, or waits for what its molecule waits for. */
export function preflight(ctx: TownTurn, bead: Bead): boolean {
  const work = ctx.work(bead);
  try {
    checkDriver(bead, chooseDriver(bead, work.slung, ctx.rig(work.rig), ctx.settings));
    return !park(ctx, pourFor(ctx, bead));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const text = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    freeWork.check(bead.id, bead.status, "failed", "town");
    ctx.comment(bead.id, `It cannot be started: ${text}`, "town");
    ctx.setWork(
      bead,
      { last_failure: { at: ctx.nowText, attempt: work.attempt, kind: "setup", text } },
      { ...UNLEASED, status: "failed" },
    );
    ctx.unlabel(bead.id);
    ctx.say("bead.failed", `${bead.id} cannot be started: ${error.message}`, {
      rig: work.rig,
      bead: bead.id,
      level: "error",
    });
    return false;
  }
}
