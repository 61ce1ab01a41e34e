/** An agent CLI, headless, by its preset: seeded home, quiet environment, prompt as an argument, JSON output as words. */
import { AppError } from "../../store/schema/errors.ts";
import { packageOf } from "../isolation/policy.ts";
import { PROMPT, type PresetContext } from "../presets/preset.ts";
import { presetNamed } from "../presets/registry.ts";
import { quote } from "../process/quote.ts";
import type { DriverSpec } from "../protocol/spec.ts";
import { writeHomeFile } from "../run/home-file.ts";
import type { Driver, DriverContext } from "./driver.ts";
import { readLines } from "./read-lines.ts";
import { createUsageMeter } from "./usage-meter.ts";

/** A longer prompt does not fit into an argument: the agent is told where to read it. */
const MAX_PROMPT_BYTES = 98_304;

export function execDriver(spec: Extract<DriverSpec, { kind: "exec" }>): Driver {
  const preset = presetNamed(spec.preset);
  const name = spec.program ?? preset.program;
  const about = (context: { env: Readonly<Record<string, string>> }): PresetContext => ({
    model: spec.model,
    env: context.env,
  });
  const find = (path: string): string => {
    const found = Bun.which(name, { PATH: path });
    if (found !== null) return found;
    throw new AppError(
      "command_not_found",
      `The program ${name} of the preset ${preset.name} is not on the PATH.`,
      {
        hint: spec.program === undefined ? preset.install : `See that ${name} is there and may be executed.`,
        data: { preset: preset.name, program: name },
      },
    );
  };
  return {
    untrusted: true,
    fresh: false,
    needs(context) {
      const own = preset.baseUrls.flatMap(variable => hostOf(context.env[variable]));
      // A shim may start node by name: the folder of the real program matters too.
      return { hosts: own.length > 0 ? own : preset.hosts, readable: packageOf(find(context.path)) };
    },
    async plan(context) {
      for (const file of preset.seed(about(context))) {
        await writeHomeFile(context.home, file.path, file.content);
      }
      const own = context.more === true ? (preset.more ?? preset.args) : preset.args;
      const args = [...own(about(context)), ...spec.extra_args];
      const prompt = await promptArgument(context);
      const words = [find(context.path), ...args].map(arg => (arg === PROMPT ? prompt : quote(arg)));
      return {
        script: `exec ${words.join(" ")} </dev/null\n`,
        env: preset.env(about(context)),
        filter:
          preset.read === undefined
            ? undefined
            : readLines(preset.read, createUsageMeter(context.onUsage), context.onStep),
      };
    },
  };
}

async function promptArgument(context: DriverContext): Promise<string> {
  const size = Bun.file(context.promptFile).size;
  if (size <= MAX_PROMPT_BYTES) return `"$(cat ${quote(context.promptFile)})"`;
  return quote(`Read the file ${context.promptFile} to its end: it says what you are to do. Then do it.`);
}

function hostOf(url: string | undefined): string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { hostname, port, protocol } = new URL(url);
  return [`${hostname}:${port === "" ? (protocol === "http:" ? "80" : "443") : port}`];
}
