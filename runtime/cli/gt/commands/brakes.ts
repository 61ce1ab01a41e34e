/** `gt pause`, `gt resume`, `gt drain`, `gt estop`, `gt thaw` */
import { z } from "zod";
import {
  type AgentView,
  agentViewSchema,
  brakeSchema,
  townViewSchema,
} from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";

const POLL_MS = 200;
const stillSchema = z.object({ brake: brakeSchema.nullable(), agent: agentViewSchema.optional() });
const reason = { type: "string", short: "r", summary: "why; shown wherever the town is shown" } as const;
const agent = {
  type: "string",
  short: "a",
  complete: "agent",
  summary: "only this one, <rig>/<name>",
} as const;

export const pause = defineCommand<GtContext>()({
  summary: "Starts nothing new until resumed; what runs goes on",
  examples: [{ line: 'gt pause --reason "machine is needed"' }],
  flags: { reason },
  async run({ flags }, context) {
    const view = await context.client().send("POST", "/pause", given(flags), townViewSchema);
    context.print({ paused: view.paused ?? null }, () => [`Paused: ${view.paused ?? ""}`]);
    return undefined;
  },
});

export const resume = defineCommand<GtContext>()({
  summary: "Starts work again: after a pause, a drain, or when the breaker has tripped",
  examples: [{ line: "gt resume" }],
  async run(_, context) {
    const view = await context.client().send("POST", "/resume", {}, townViewSchema);
    context.print({ paused: view.paused ?? null }, () =>
      view.paused === undefined ? ["Work goes on."] : [`Still held: ${view.paused}. "gt thaw" ends it.`],
    );
    return undefined;
  },
});

export const drain = defineCommand<GtContext>()({
  summary: "Starts nothing new, and waits until everything that runs has finished",
  examples: [{ line: "gt drain" }, { line: "gt drain --no-wait" }],
  flags: {
    reason,
    "no-wait": { type: "boolean", summary: "return at once; the feed says when the town is drained" },
    timeout: {
      type: "integer",
      value: "seconds",
      summary: "wait no longer than this; what runs goes on all the same",
    },
  },
  async run({ flags }, context) {
    const client = context.client();
    let brake = brakeSchema.nullable().parse(await client.send("POST", "/drain", given(flags), brakeSchema));
    const end =
      flags.timeout === undefined ? Number.POSITIVE_INFINITY : context.now() + flags.timeout * 1_000;
    let told = "";
    while (flags["no-wait"] !== true && brake?.kind === "drain" && brake.drained_at === undefined) {
      const waits = `Waiting for ${brake.running.join(", ")}`;
      if (waits !== told) context.note(waits);
      told = waits;
      if (context.now() >= end) break;
      await Bun.sleep(POLL_MS);
      brake = await client.get("/brake", brakeSchema.nullable());
    }
    const final = brake;
    context.print({ brake: final }, () => {
      if (final?.drained_at !== undefined)
        return ["Drained: nothing runs, and nothing starts until `gt resume`."];
      if (final?.kind !== "drain") return ["No longer draining: somebody resumed the town."];
      return [`Draining; still at work: ${final.running.join(", ")}`];
    });
    return undefined;
  },
});

export const estop = defineCommand<GtContext>()({
  summary: "Freezes every agent where it is, now; nothing is lost, and nothing starts until `gt thaw`",
  examples: [{ line: 'gt estop --reason "they delete things"' }, { line: "gt estop --agent web/toast" }],
  flags: {
    reason,
    agent,
    timeout: { type: "integer", value: "seconds", summary: "how long to wait for all to stand still (10)" },
  },
  async run({ flags }, context) {
    const client = context.client();
    const body = { ...given(flags), ...(flags.agent === undefined ? {} : { agent: flags.agent }) };
    await client.send("POST", "/estop", body, stillSchema);
    const end = context.now() + (flags.timeout ?? 10) * 1_000;
    const look = async (): Promise<AgentView[]> =>
      (await client.get("/agents", z.array(agentViewSchema))).filter(
        ({ id, state }) => (flags.agent ?? id) === id && state !== "idle",
      );
    let agents = await look();
    while (agents.some(({ frozen }) => frozen === undefined) && context.now() < end) {
      await Bun.sleep(POLL_MS);
      agents = await look();
    }
    const still = agents.filter(({ frozen }) => frozen !== undefined).map(({ id }) => id);
    const moving = agents.filter(({ frozen }) => frozen === undefined).map(({ id }) => id);
    context.print({ stopped: still, moving }, () => [
      still.length === 0 && moving.length === 0
        ? "Nobody was at anything. Nothing starts until `gt thaw`."
        : `Standing still: ${still.join(", ") || "nobody yet"}. \`gt thaw\` lets them go on.`,
      ...(moving.length === 0 ? [] : [`Not yet: ${moving.join(", ")}. It is tried again until they do.`]),
    ]);
    return moving.length === 0 ? undefined : 1;
  },
});

export const thaw = defineCommand<GtContext>()({
  summary: "Lets what was frozen go on where it stood",
  examples: [{ line: "gt thaw" }, { line: "gt thaw --agent web/toast" }],
  flags: { agent },
  async run({ flags }, context) {
    const body = flags.agent === undefined ? {} : { agent: flags.agent };
    const { brake } = await context.client().send("POST", "/thaw", body, stillSchema);
    context.print({ brake }, () => [
      flags.agent === undefined ? "Everything goes on." : `${flags.agent} goes on.`,
      ...(brake === null ? [] : [`Still held by ${brake.by}, ${brake.kind}: ${printable(brake.reason)}`]),
    ]);
    return undefined;
  },
});

function given({ reason: words }: { readonly reason?: string | undefined }): { reason?: string } {
  return words === undefined ? {} : { reason: words };
}
