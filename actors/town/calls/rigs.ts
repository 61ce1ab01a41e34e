/** Rigs of a town: repositories that it works in. */
import type { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import type { RigRecord } from "../../../store/schema/satellite.ts";
import {
  type RigSettings,
  type RigSettingsPatch,
  type RigView,
  rigSettingsSchema,
} from "../../../store/schema/views.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import { resolveStanding } from "../escalations/settle.ts";
import { HQ_PREFIX, MAYOR_AGENT, rigBeadId } from "../kinds.ts";
import { CLONE_RETRY_MS } from "../limits.ts";
import type { townUpMethods } from "../methods.ts";
import { patrolPatched } from "../patrol/settings.ts";
import type { TownTurn } from "../town-turn.ts";
import type { Args } from "./beads.ts";
import { peopleOnly } from "./who.ts";

type UpArgs<M extends keyof typeof townUpMethods> = z.infer<(typeof townUpMethods)[M]>;

/** Timer that asks again for a clone that nobody reported on. */
export function cloneTimer(rig: string): string {
  return `clone/${rig}`;
}

/** Records that a rig is to be. Asking again for the same one goes on with it. @throws {AppError} already_exists, invalid_argument */
export function beginRig(ctx: TownTurn, args: UpArgs<"beginRig">): RigView {
  peopleOnly(args.by, "add rigs");
  const { name, prefix, git_url } = args;
  checkUrl(git_url);
  if (prefix === HQ_PREFIX) {
    throw new AppError("invalid_argument", `The prefix ${HQ_PREFIX} is the town's own.`, {
      hint: "Choose another of two or three letters.",
    });
  }
  if (name === HQ_PREFIX) {
    throw new AppError(
      "invalid_argument",
      `The name ${HQ_PREFIX} is the town's own: its mayor is ${MAYOR_AGENT}.`,
      {
        hint: "Choose another name.",
      },
    );
  }
  const same = ctx.rigs.get(name);
  if (same !== undefined) {
    // A rig that is parked is there: adding it anew, and failing, would take it away.
    const begun = same.state === "adding" || same.state === "failed";
    const again = same.git_url === git_url && same.prefix === prefix && begun;
    if (!again) {
      throw new AppError("already_exists", `There is a rig "${name}" already, of ${same.git_url}.`, {
        hint: "Choose another name.",
        data: { rig: name },
      });
    }
  }
  const other = [...ctx.rigs.values()].find(rig => rig.prefix === prefix && rig.name !== name);
  if (other !== undefined) {
    throw new AppError("already_exists", `The prefix "${prefix}" is that of the rig ${other.name}.`, {
      hint: "Choose another prefix.",
      data: { prefix, rig: other.name },
    });
  }
  const settings = patched(ctx, same?.settings ?? rigSettingsSchema.parse({}), args.settings ?? {});
  const rig: RigRecord = { name, prefix, git_url, settings, state: "adding" };
  ctx.setRig(rig);
  ctx.turn.schedule(cloneTimer(name), ctx.now + CLONE_RETRY_MS, "cloneAgain", { rig: name });
  ctx.say("rig.adding", `${args.by} adds the rig ${name} from ${git_url}`, { rig: name });
  return rigView(ctx, rig);
}

/** The repository is there. @throws {AppError} not_found */
export function rigCloned(ctx: TownTurn, args: UpArgs<"rigCloned">): RigView {
  const rig = ctx.rig(args.rig);
  if (rig.state !== "adding") return rigView(ctx, rig);
  const known = rig.settings.target !== rigSettingsSchema.parse({}).target;
  const target = known || args.default_branch === "" ? rig.settings.target : args.default_branch;
  const ready: RigRecord = { ...rig, state: "ready", settings: { ...rig.settings, target } };
  delete ready.reason;
  ctx.setRig(ready);
  ctx.turn.unschedule(cloneTimer(rig.name));
  resolveStanding(ctx, rig.name, "lifecycle", `the rig ${rig.name} is ready`);
  ctx.say("rig.added", `The rig ${rig.name} is ready; work is merged into ${target}`, {
    rig: rig.name,
    level: "good",
  });
  return rigView(ctx, ready);
}

/** The clone that nobody waits for any more failed: nobody would hear of it, so it is escalated. */
export function rigFailedUnheard(ctx: TownTurn, name: string, reason: string): void {
  const rig = ctx.rigs.get(name);
  if (rig?.state !== "adding") return;
  rigFailed(ctx, { by: "town", rig: name, reason });
  raiseEscalation(ctx, {
    severity: "high",
    category: "lifecycle",
    source: name,
    title: `The rig ${name} could not be added: ${reason}`,
    text: `${rig.git_url} could not be cloned. Add it again when it can be: gt rig add ${name} <git-url> --prefix ${rig.prefix}`,
  });
}

/** It could not be cloned: nothing of it stays. */
export function rigFailed(ctx: TownTurn, { rig: name, reason }: UpArgs<"rigFailed">): null {
  const rig = ctx.rigs.get(name);
  if (rig?.state !== "adding") return null;
  ctx.turn.unschedule(cloneTimer(name));
  if (ctx.tx.get(rigBeadId(name)) !== undefined) ctx.removeRig(name, reason);
  ctx.say("rig.failed", `The rig ${name} could not be added: ${reason}`, { level: "error" });
  return null;
}

/** Asks the host for the clone again; it answers the same when it is there already. */
export function cloneAgain(ctx: TownTurn, name: string): void {
  const rig = ctx.rigs.get(name);
  if (rig?.state !== "adding") return;
  ctx.turn.send(
    { kind: "repo", name },
    "clone",
    { git_url: rig.git_url, prefix: rig.prefix },
    { onReply: "cloneReply", context: { rig: name } },
  );
}

/** @throws {AppError} not_found, invalid_argument */
export function updateRig(ctx: TownTurn, { by, rig: name, settings }: Args<"updateRig">): RigView {
  peopleOnly(by, "change rigs");
  const rig = ctx.rig(name);
  const next: RigRecord = { ...rig, settings: patched(ctx, rig.settings, settings) };
  ctx.setRig(next);
  ctx.say("rig.updated", `${by} changes the settings of ${name}: ${Object.keys(settings).join(", ")}`, {
    rig: name,
  });
  return rigView(ctx, next);
}

/** Parks a rig or takes it up again; what runs in it goes on. @throws {AppError} not_found, precondition_failed */
export function setParked(
  ctx: TownTurn,
  args: {
    readonly by: string;
    readonly rig: string;
    readonly parked: boolean;
    readonly reason?: string | undefined;
  },
): void {
  const rig = ctx.rig(args.rig);
  const to = args.parked ? "parked" : "ready";
  if (rig.state === to) return;
  if (rig.state !== (args.parked ? "ready" : "parked")) {
    throw new AppError(
      "precondition_failed",
      `The rig ${rig.name} is ${rig.state}, not ${args.parked ? "ready" : "parked"}.`,
      {
        hint: rig.state === "adding" ? "Wait until its repository is cloned." : `See \`gt rig list\`.`,
      },
    );
  }
  const { reason: _reason, ...rest } = rig;
  const why = args.reason ?? `parked by ${args.by}`;
  ctx.setRig({ ...rest, state: to, ...(args.parked ? { reason: why } : {}) });
  const words = args.parked
    ? `${args.by} parks the rig ${rig.name}: ${why}`
    : `${args.by} unparks the rig ${rig.name}`;
  ctx.say(args.parked ? "rig.parked" : "rig.unparked", words, {
    rig: rig.name,
    level: args.parked ? "warn" : "info",
  });
}

/** The settings with what was given; null unsets. */
function patched(ctx: TownTurn, settings: RigSettings, { patrol, ...patch }: RigSettingsPatch): RigSettings {
  const own =
    patrol === undefined ? settings.patrol : patrolPatched(settings.patrol, patrol, ctx.settings.patrol);
  const entries = Object.entries({ ...settings, ...patch, patrol: own });
  return rigSettingsSchema.parse(
    Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null)),
  );
}

/** As people see it. */
export function rigView(ctx: TownTurn, rig: RigRecord): RigView {
  const { name, prefix, git_url, settings } = rig;
  const hidden = rig.state === "ready" && !ctx.prefixes.has(prefix);
  const state = hidden ? "failed" : rig.state;
  const reason = hidden ? "its beads cannot be read; the log of the town says why" : rig.reason;
  return {
    name,
    prefix,
    git_url,
    path: ctx.paths.repo(name),
    settings,
    state,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Secrets never enter a bead; a user name alone is one for ssh, and may be a token for http. */
function checkUrl(url: string): void {
  if (!URL.canParse(url)) return;
  const { protocol, username, password } = new URL(url);
  const secret = password !== "" || (username !== "" && /^https?:$/.test(protocol));
  if (!secret) return;
  throw new AppError("invalid_argument", "The URL carries a user name or password.", {
    hint: "Give it without, and let git's credential helper supply them.",
  });
}
