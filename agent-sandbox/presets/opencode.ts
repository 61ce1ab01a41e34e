import { TOOL_TIMEOUT_MS, toolEnv } from "../protocol/tool-env.ts";
import { count, excerpt, object, parseObject, text } from "./json.ts";
import { PROMPT, type Preset, type PresetContext, type Reading } from "./preset.ts";

const DEFAULT_MODEL = "default";

/** opencode, `opencode run`. With a base URL it gets a provider of its own for the OpenAI chat protocol. */
export const opencode: Preset = {
  name: "opencode",
  title: "opencode",
  program: "opencode",
  install: "Install it by `npm install -g opencode-ai`.",
  versionArgs: ["--version"],
  hosts: ["api.anthropic.com", "api.openai.com", "openrouter.ai", "generativelanguage.googleapis.com"],
  baseUrls: ["OPENAI_BASE_URL"],
  keys: ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "GEMINI_API_KEY"],
  args: context => {
    const model =
      context.env.OPENAI_BASE_URL === undefined ? context.model : `gastown/${context.model ?? DEFAULT_MODEL}`;
    return ["run", "--format", "json", ...(model === undefined ? [] : ["--model", model]), PROMPT];
  },
  env: () => ({
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    npm_config_fetch_retries: "0",
  }),
  seed: context => [
    { path: ".config/opencode/opencode.json", content: JSON.stringify(config(context), null, 2) },
  ],
  read,
};

/** Lines of `--format json`: parts of the conversation as they end. */
function read(line: string): Reading | undefined {
  const event = parseObject(line);
  if (event === undefined) return undefined;
  const part = object(event.part);
  switch (event.type) {
    case "text":
      return { text: text(part?.text) };
    case "tool_use": {
      const state = object(part?.state);
      const input = object(state?.input) ?? {};
      const output = text(state?.output) || text(state?.error);
      const call = `${text(part?.tool)} ${JSON.stringify(input)}`;
      const shown = `> ${text(part?.tool)} ${text(input.command) || JSON.stringify(input)}`;
      return { text: [shown, excerpt(output)].filter(Boolean).join("\n"), step: { call, result: output } };
    }
    case "step_finish": {
      const tokens = object(part?.tokens);
      const cache = object(tokens?.cache);
      return {
        text: "",
        usage: {
          of: "turn",
          input_tokens: count(tokens?.input) + count(cache?.read) + count(cache?.write),
          output_tokens: count(tokens?.output) + count(tokens?.reasoning),
          cost_usd: typeof part?.cost === "number" ? Math.max(part.cost, 0) : 0,
        },
      };
    }
    case "error": {
      const error = object(event.error);
      return { text: `Failed: ${text(object(error?.data)?.message) || text(error?.name)}` };
    }
    default:
      return { text: "" };
  }
}

/** The key is named, not written: it stays in the environment. */
function config({ env, model = DEFAULT_MODEL }: PresetContext): object {
  const base = env.OPENAI_BASE_URL;
  const quiet = {
    autoupdate: false,
    share: "disabled",
    permission: { edit: "allow", bash: "allow", webfetch: "deny" },
    // The town's functions as tools; the program fills in `{env:NAME}`.
    mcp: {
      gastown: {
        type: "local",
        command: ["gt", "mcp"],
        environment: toolEnv("{env:", "}"),
        enabled: true,
        timeout: TOOL_TIMEOUT_MS,
      },
    },
  };
  if (base === undefined) return quiet;
  return {
    ...quiet,
    model: `gastown/${model}`,
    small_model: `gastown/${model}`,
    provider: {
      gastown: {
        npm: "@ai-sdk/openai-compatible",
        name: "Gastown",
        options: { baseURL: base, apiKey: "{env:OPENAI_API_KEY}" },
        models: { [model]: { name: model, tool_call: true, limit: { context: 128_000, output: 8_192 } } },
      },
    },
  };
}
