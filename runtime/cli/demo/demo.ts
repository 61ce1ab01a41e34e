/** `gastown demo`, which is `npm start`: the main job in front of the reader, from beads to merged commits. */
import { join } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";
import { type Command, defineCommand } from "../lib/args.ts";
import { EXIT } from "../lib/exit-codes.ts";
import { fastIo } from "../lib/fast-io.ts";
import type { Io } from "../lib/io.ts";
import type { Program } from "../lib/program.ts";
import { runProgram } from "../lib/run.ts";
import { DEMO_FOLDER } from "../lib/town-folder.ts";
import { runDemo } from "./run-demo.ts";

const demoCommand: Command<Io> = defineCommand<Io>()({
  summary: "Opens a demo town and lands eight beads: three at once, then five that depend on each other",
  description:
    "Nothing but git is needed: the agents run scripts. Of the five, one meets a conflict and one a failing gate; both land without help. Killed in the middle, it carries on when started again. Stays up afterwards, for the dashboard; ctrl-c ends it.",
  examples: [
    { line: "npm start" },
    {
      line: "npm start -- --exit --json",
      note: "one JSON object on standard output; exit code 0 only if all of them merged",
    },
    { line: "gastown demo --dir /tmp/town --port 5000" },
  ],
  flags: {
    dir: {
      type: "string",
      short: "d",
      value: "folder",
      complete: "directory",
      summary: `the town's folder (${DEMO_FOLDER})`,
    },
    port: {
      type: "integer",
      short: "p",
      min: 0,
      max: 65_535,
      summary: "port (4180, or the next free one); 0 for any",
    },
    exit: { type: "boolean", summary: "end when all is landed" },
    json: { type: "boolean", summary: "with --exit: print the result as one JSON object" },
    open: { type: "boolean", negatable: true, summary: "open a browser (on a terminal with a desktop)" },
    help: { type: "boolean", short: "h", summary: "show help" },
  },
  run: async ({ flags }, io) =>
    await runDemo({
      io,
      dir: join(
        flags.dir === undefined
          ? join(io.cwd, DEMO_FOLDER)
          : flags.dir.startsWith("/")
            ? flags.dir
            : join(io.cwd, flags.dir),
      ),
      port: flags.port,
      exit: flags.exit === true,
      json: flags.json === true,
      openBrowser: flags.exit === true ? false : flags.open,
    }),
});

const DEMO: Program<Io> = {
  name: "gastown",
  summary: "",
  globals: {},
  commands: { demo: { summary: "The demo", load: async () => demoCommand } },
};

/** Runs the demo and answers the exit code. */
export async function demo(words: readonly string[]): Promise<number> {
  const io = fastIo();
  return await runProgram(DEMO, ["demo", ...words], {
    io,
    context: () => io,
    exitCode: error => (error instanceof AppError && error.data?.usage === true ? EXIT.usage : EXIT.failure),
  });
}
