/** What the agents of the demo ran in, from the event logs of their runs: these last longer than anybody's memory. */
import { join } from "node:path";
import { z } from "zod";

const startedSchema = z.looseObject({ type: z.literal("started"), isolation: z.string() });

/** The least that any run had: "none" when one was not isolated, "unknown" when there was no run. */
export async function isolationOf(townDir: string, rig: string): Promise<string> {
  const kinds = new Set<string>();
  const logs = new Bun.Glob(`agents/${rig}/*/runs/*/events.jsonl`);
  for await (const log of logs.scan({ cwd: townDir })) {
    for (const line of (await Bun.file(join(townDir, log)).text()).split("\n")) {
      if (!line.includes('"started"')) continue;
      const started = startedSchema.safeParse(JSON.parse(line));
      if (started.success) kinds.add(started.data.isolation);
    }
  }
  if (kinds.has("none")) return "none";
  const [kind] = kinds;
  return kind ?? "unknown";
}
