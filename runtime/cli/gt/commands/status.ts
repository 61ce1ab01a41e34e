/** `gt status` */

import { AGENT_ENV } from "../../../../agent-sandbox/protocol/control.ts";
import { hasCode } from "../../../../store/schema/errors.ts";
import { agentViewSchema, type TownView, townViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import { EXIT } from "../../lib/exit-codes.ts";
import { ago } from "../../lib/table.ts";
import { isInSandbox } from "../../lib/town-client.ts";
import { isTown, readGatewayFile } from "../../lib/town-folder.ts";
import { agentPath } from "../agent-path.ts";
import type { GtContext } from "../context.ts";
import { agentLines } from "../show/agents.ts";
import { convoyLine } from "../show/convoys.ts";

export const status = defineCommand<GtContext>()({
  summary: "Shows whether the town is up, and what is going on",
  description:
    "Exit code 3 when no town is running here. In a sandbox: how you are; with words, what you are doing, for people to see.",
  examples: [{ line: "gt status" }, { line: "gt status --json | jq .counts", note: "beads by status" }],
  positionals: [{ name: "line", rest: true, summary: "in a sandbox: one line of what you are doing" }],
  async run({ args }, context) {
    if (isInSandbox(context.io)) return await ofAgent(args.join(" "), context);
    if (args.length > 0) throw usageError("Only agents, in their sandbox, say what they do.");
    let distant = false;
    try {
      const client = context.client();
      distant = client.isDistant;
      const view = await client.get("", townViewSchema);
      const dir = distant ? undefined : context.townDir;
      const gateway = client.isAgent || dir === undefined ? undefined : readGatewayFile(dir);
      const value = { running: true, dir, url: client.url, pid: gateway?.pid, ...view };
      context.print(value, () => lines(view, client.url, gateway?.pid, context));
      return EXIT.ok;
    } catch (error) {
      if (!hasCode(error, "unavailable") || distant) throw error;
      const exists = isTown(context.townDir);
      context.print({ running: false, dir: context.townDir, exists }, () => [
        exists ? `The town in ${context.townDir} is not running.` : `There is no town in ${context.townDir}.`,
        ...(error.hint === undefined ? [] : [error.hint]),
      ]);
      return EXIT.notRunning;
    }
  },
});

/** An agent about itself. */
async function ofAgent(line: string, context: GtContext): Promise<number> {
  const client = context.client();
  const { env } = context.io;
  const own = agentPath(env[AGENT_ENV.agent] ?? "");
  const view =
    line === ""
      ? await client.get(own, agentViewSchema)
      : await client.send("POST", "/say", { text: line }, agentViewSchema);
  context.print(view, () => agentLines([view], context));
  return EXIT.ok;
}

/** What waits for people, in one line each. */
function escalationLines({ escalations, mail }: TownView, style: GtContext["style"]): string[] {
  const grave = escalations?.worst === "high" || escalations?.worst === "critical";
  return [
    ...(escalations === undefined
      ? []
      : [
          (grave ? style.red : style.yellow)(
            `${escalations.open} escalated, ${escalations.worst} at worst: gt escalation list`,
          ),
        ]),
    ...(mail === undefined ? [] : [`${mail} in the mayor's inbox: gt mail inbox mayor`]),
  ];
}

function lines(view: TownView, url: string, pid: number | undefined, context: GtContext): string[] {
  const { style } = context;
  const counts = Object.entries(view.counts).map(([name, count]) => `${count} ${name}`);
  const since = ago(view.started_at, context.now());
  return [
    `${style.bold(view.name)}  ${url}${pid === undefined ? "" : style.dim(`  pid ${pid}, up ${since}`)}`,
    ...(view.paused === undefined ? [] : [style.yellow(`paused: ${view.paused}`)]),
    ...escalationLines(view, style),
    "",
    `rigs     ${view.rigs.map(rig => rig.name).join(", ") || style.dim('none: "gt rig add"')}`,
    `beads    ${counts.join(", ") || style.dim("none")}`,
    ...view.convoys.slice(0, 5).map(convoy => `convoy   ${convoyLine(convoy, style)}`),
    ...(view.agents.length === 0 ? [] : ["", ...agentLines(view.agents, context)]),
  ];
}
