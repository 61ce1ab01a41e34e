/** `gt mayor start`, `stop`, `restart`, `status`, `attach` */
import { AppError } from "../../../../store/schema/errors.ts";
import { type MayorView, mayorViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { ago } from "../../lib/table.ts";
import { attachTerminal } from "../attach-terminal.ts";
import type { GtContext } from "../context.ts";
import { AGENT_FLAGS, type AgentFlagValues, driverOf, RIG_FLAGS } from "../rig-flags.ts";
import { stateOf } from "../show/agents.ts";

const MAYOR = "hq/mayor";
/** A start makes no clone: longer than this it waits for something else, and goes on by itself. */
const PATIENCE_MS = 30_000;
const POLL_MS = 100;

const CHOICE_FLAGS = {
  ...AGENT_FLAGS,
  "allow-host": { ...RIG_FLAGS["allow-host"], summary: "host that it may reach besides its model's" },
} as const;

interface Choice extends AgentFlagValues {
  readonly isolation: string | undefined;
  readonly "allow-host": readonly string[];
}

export const mayorStart = defineCommand<GtContext>()({
  summary:
    "Has the mayor run as an agent of the town: it plans, files and slings work, and never writes code",
  description:
    "It runs isolated in a folder of its own, reads the rigs' repositories and changes none, and calls the town by `gt`, `bd` and MCP with a mayor's rights. Mail to `mayor` and nudges reach it at turn boundaries, and wait while it sleeps. It is kept up over restarts of the town until `gt mayor stop`. Without --agent or --command it is what it was last, else the town's own agent (`gt settings set --agent`).",
  examples: [
    { line: "gt mayor start --agent claude" },
    {
      line: "gt mayor start --command 'claude --dangerously-skip-permissions'",
      note: "its own screen, to talk to",
    },
    { line: "gt mail send mayor -s 'Search' -m 'We need full text search in web' --task" },
  ],
  flags: CHOICE_FLAGS,
  positionals: [{ name: "arguments", rest: true, summary: "more arguments for its program, after --" }],
  async run({ flags, args }, context) {
    const body = choiceOf(flags, args);
    await context.client().send("POST", "/mayor/start", body, mayorViewSchema);
    show(await untilThere(context), context);
    return undefined;
  },
});

export const mayorRestart = defineCommand<GtContext>()({
  summary: "Ends the mayor's session if one runs, and begins another, as another program if one is named",
  examples: [{ line: "gt mayor restart" }, { line: "gt mayor restart --agent codex --model gpt-5.5" }],
  flags: CHOICE_FLAGS,
  positionals: [{ name: "arguments", rest: true, summary: "more arguments for its program, after --" }],
  async run({ flags, args }, context) {
    const body = choiceOf(flags, args);
    await context.client().send("POST", "/mayor/restart", body, mayorViewSchema);
    show(await untilThere(context), context);
    return undefined;
  },
});

export const mayorStop = defineCommand<GtContext>()({
  summary: "Ends the mayor's session; agents go on, and what waits for the mayor stays",
  examples: [{ line: "gt mayor stop" }],
  flags: { reason: { type: "string", short: "r", summary: "why; shown in the feed" } },
  async run({ flags }, context) {
    const body = flags.reason === undefined ? {} : { reason: flags.reason };
    let view = await context.client().send("POST", "/mayor/stop", body, mayorViewSchema);
    for (const end = context.now() + PATIENCE_MS; view.state === "stopping" && context.now() < end; ) {
      await Bun.sleep(POLL_MS);
      view = await context.client().get("/mayor", mayorViewSchema);
    }
    show(view, context);
    return undefined;
  },
});

export const mayorStatus = defineCommand<GtContext>()({
  summary: "Shows whether the mayor is there, as which program, and what waits for it",
  examples: [{ line: "gt mayor status" }, { line: "gt mayor status --json | jq -r .state" }],
  async run(_, context) {
    show(await context.client().get("/mayor", mayorViewSchema), context);
    return undefined;
  },
});

export const mayorAttach = defineCommand<GtContext>()({
  summary: "Shows the mayor's terminal in yours, starting it if it sleeps; ctrl-] leaves it",
  description:
    "Leaving never stops the mayor. A headless agent CLI offers a line to type into between its turns; a program of its own screen is typed into as it is.",
  examples: [{ line: "gt mayor attach" }, { line: "gt mayor attach --read-only" }],
  flags: {
    "read-only": { type: "boolean", short: "r", summary: "watch without typing, and start nothing" },
  },
  async run({ flags }, context) {
    const readOnly = flags["read-only"] === true;
    const view = await context.client().get("/mayor", mayorViewSchema);
    if (!view.wanted && !readOnly) {
      context.note("The mayor sleeps: it is started.");
      await context.client().send("POST", "/mayor/start", {}, mayorViewSchema);
      await untilThere(context);
    } else if (view.agent === undefined) {
      throw new AppError("not_found", "There has been no mayor here yet.", {
        hint: "Start one: `gt mayor start --agent claude`.",
      });
    } else if (view.state === "starting") await untilThere(context);
    return await attachTerminal({ agent: MAYOR, readOnly }, context);
  },
});

/** Waits until its program runs. @throws {AppError} unavailable, with the reason, when it cannot be started */
async function untilThere(context: GtContext): Promise<MayorView> {
  for (const end = context.now() + PATIENCE_MS; ; ) {
    const view = await context.client().get("/mayor", mayorViewSchema);
    if (view.state === "failed") {
      throw new AppError("unavailable", `The mayor could not be started: ${view.reason ?? "see gt feed"}`, {
        hint: "`gt mayor attach --read-only` shows what it wrote; `gt mayor start --agent ...` tries another.",
      });
    }
    const settled = view.state !== "starting" && view.state !== "stopping";
    if (settled || context.now() > end) return view;
    await Bun.sleep(POLL_MS);
  }
}

function choiceOf(flags: Choice, args: readonly string[]): Record<string, unknown> {
  const driver = driverOf(flags, args);
  const hosts = flags["allow-host"];
  return {
    ...(driver === undefined ? {} : { driver }),
    ...(flags.isolation === undefined ? {} : { isolation: flags.isolation }),
    ...(hosts.length === 0 ? {} : { allow_hosts: hosts }),
  };
}

function show(view: MayorView, context: GtContext): void {
  const { style } = context;
  context.print(view, () => {
    const { state, driver, agent, mail, reason, next_at, by, at } = view;
    const paint = state === "running" ? style.green : state === "failed" ? style.red : style.dim;
    const since = state === "running" && agent !== undefined ? `, ${ago(agent.since, context.now())}` : "";
    const still = agent?.frozen === undefined ? undefined : "stands still: gt thaw";
    const activity = state === "running" && agent !== undefined ? ` (${still ?? stateOf(agent)})` : "";
    return [
      `mayor    ${paint(state)}${activity}${since}`,
      ...(driver === undefined
        ? ["program  none: gt mayor start --agent claude"]
        : [`program  ${printable(driver)}`]),
      ...(by === undefined ? [] : [`${view.wanted ? "started" : "stopped"}  by ${printable(by)}, ${at}`]),
      ...(reason === undefined ? [] : [`last     ${printable(reason)}`]),
      ...(state === "waiting" && next_at !== undefined ? [`next     ${next_at}`] : []),
      `mail     ${mail === 0 ? "nothing waits" : `${mail} waiting: gt mail inbox mayor`}`,
      ...(state === "running" ? ["talk     gt mayor attach, gt mail send mayor, gt nudge mayor"] : []),
    ];
  });
}
