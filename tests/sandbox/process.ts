/** Entry of a sandbox process for tests: SPEC, linger in ms, and the argument vector that stands for the gastown program. */
import { runSandbox } from "../../agent-sandbox/main.ts";

const [spec = "", lingerMs = "30000", ...self] = process.argv.slice(2);
try {
  await runSandbox(spec, { stdin: Bun.stdin.stream(), env: process.env, self, lingerMs: Number(lingerMs) });
  process.exit(0);
} catch (error) {
  process.stderr.write(
    `${JSON.stringify(error instanceof Error ? { ...error, message: error.message } : error)}\n`,
  );
  process.exit(1);
}
