/** `gt log` */
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";

const POLL_MS = 300;
const TAIL_BYTES = 262_144;

export const log = defineCommand<GtContext>()({
  summary: "Shows the log of the town's process: one JSON object a line",
  examples: [{ line: "gt log -n 100" }, { line: "gt log -f" }],
  flags: {
    follow: { type: "boolean", short: "f", summary: "go on until ctrl-c" },
    lines: { type: "integer", short: "n", default: 40, min: 1, max: 10_000, summary: "how many" },
  },
  async run({ flags }, context) {
    const path = await newestLog(join(context.townDir, "log"));
    const { size } = await stat(path);
    const start = Math.max(0, size - TAIL_BYTES);
    const text = await Bun.file(path).slice(start, size).text();
    const whole = start === 0 ? text : text.slice(text.indexOf("\n") + 1);
    const write = (part: string) => context.io.stdout.write(printable(part));
    write(
      whole
        .split("\n")
        .slice(-flags.lines - 1)
        .join("\n"),
    );
    for (let end = size; flags.follow === true; ) {
      await Bun.sleep(POLL_MS);
      const now = (await stat(path)).size;
      if (now > end) write(await Bun.file(path).slice(end, now).text());
      end = now;
    }
    return undefined;
  },
});

async function newestLog(dir: string): Promise<string> {
  const names = existsSync(dir)
    ? (await readdir(dir)).filter(name => name.endsWith(".log") || name.endsWith(".jsonl"))
    : [];
  const times = await Promise.all(
    names.map(async name => ({ path: join(dir, name), time: (await stat(join(dir, name))).mtimeMs })),
  );
  const newest = times.sort((a, b) => b.time - a.time)[0];
  if (newest !== undefined) return newest.path;
  throw new AppError("not_found", `There is no log in ${dir} yet.`, { hint: 'It begins with "gt start".' });
}
