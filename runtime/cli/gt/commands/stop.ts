/** `gt stop` */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { anything } from "../../lib/town-client.ts";
import { GATEWAY_FILE } from "../../lib/town-folder.ts";
import type { GtContext } from "../context.ts";

const PATIENCE_MS = 60_000;
const POLL_MS = 50;

export const stop = defineCommand<GtContext>()({
  summary: "Stops the town's process; agents go on, and are found again by the next start",
  description:
    "With --agents they are stopped too: their work is kept, and taken up again at the next start.",
  examples: [{ line: "gt stop" }, { line: "gt stop --agents", note: "leaves nothing running" }],
  flags: { agents: { type: "boolean", summary: "stop the agents too" } },
  async run({ flags }, context) {
    const dir = context.townDir;
    try {
      await context
        .client()
        .send("POST", "/stop", { agents: flags.agents === true }, anything, { timeoutMs: PATIENCE_MS });
    } catch (error) {
      if (!hasCode(error, "unavailable")) throw error;
      context.print({ stopped: false, dir }, () => [`No town is running in ${dir}.`]);
      return undefined;
    }
    // The file goes as the last thing before the process ends; there is no event to wait for in another process.
    for (const end = context.now() + PATIENCE_MS; existsSync(join(dir, GATEWAY_FILE)); ) {
      if (context.now() > end) {
        throw new AppError("deadline_exceeded", `The town in ${dir} was told to stop but goes on.`, {
          hint: 'See "gt log".',
        });
      }
      await Bun.sleep(POLL_MS);
    }
    context.print({ stopped: true, dir, agents: flags.agents === true }, () => [
      flags.agents === true ? "Stopped, with its agents." : "Stopped. Agents that were at work go on.",
    ]);
    return undefined;
  },
});
