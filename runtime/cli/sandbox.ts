/** `gastown sandbox SPEC`: the process of one run of one agent. Started by the town, with the secrets on standard input. */
import { AppError } from "../../store/schema/errors.ts";
import { embeddedPath } from "./embedded.ts";
import { EXIT, exitCodeOf } from "./lib/exit-codes.ts";
import { selfCommand } from "./self.ts";

/** Serves the run to its end and answers the exit code. */
export async function sandbox(words: readonly string[]): Promise<number> {
  const [spec, ...more] = words;
  if (spec === undefined || more.length > 0) {
    process.stderr.write("gastown sandbox: expects the path of one spec file.\n");
    return EXIT.usage;
  }
  try {
    const { runSandbox } = await import("../../agent-sandbox/main.ts");
    await runSandbox(spec, {
      stdin: Bun.stdin.stream(),
      env: process.env,
      self: selfCommand(),
      embedded: embeddedPath,
    });
    return EXIT.ok;
  } catch (thrown) {
    const error = AppError.from(thrown);
    process.stderr.write(`${JSON.stringify(error.toJSON())}\n`);
    return exitCodeOf(error);
  }
}
