import { TOOL_TIMEOUT_MS, TOOL_VARIABLES } from "../protocol/tool-env.ts";
import { count, excerpt, object, parseObject, text } from "./json.ts";
import { PROMPT, type Preset, type PresetContext, type Reading } from "./preset.ts";

/** OpenAI Codex, `codex exec`. Its own sandbox is off: it would keep git from committing in a linked worktree. */
export const codex: Preset = {
  name: "codex",
  title: "Codex",
  program: "codex",
  install: "Install it by `npm install -g @openai/codex`.",
  versionArgs: ["--version"],
  hosts: ["api.openai.com"],
  baseUrls: ["OPENAI_BASE_URL"],
  keys: ["OPENAI_API_KEY"],
  args: ({ model }) => [
    "exec",
    "--json",
    "--skip-git-repo-check",
    "--dangerously-bypass-approvals-and-sandbox",
    ...(model === undefined ? [] : ["--model", model]),
    "--",
    PROMPT,
  ],
  env: () => ({}),
  seed: context => [{ path: ".codex/config.toml", content: config(context) }],
  read,
};

/** The key is named, not written: it stays in the environment. */
function config({ env }: PresetContext): string {
  const base = env.OPENAI_BASE_URL ?? "https://api.openai.com/v1";
  return [
    'model_provider = "gastown"',
    "check_for_update_on_startup = false",
    "[analytics]",
    "enabled = false",
    "[model_providers.gastown]",
    'name = "OpenAI"',
    `base_url = ${JSON.stringify(base)}`,
    'env_key = "OPENAI_API_KEY"',
    'wire_api = "responses"',
    // The town's functions as tools. The program hands on the variables that are named here, and no other.
    "[mcp_servers.gastown]",
    'command = "gt"',
    'args = ["mcp"]',
    `env_vars = ${JSON.stringify(TOOL_VARIABLES)}`,
    "startup_timeout_sec = 60",
    `tool_timeout_sec = ${TOOL_TIMEOUT_MS / 1_000}`,
    "",
  ].join("\n");
}

function read(line: string): Reading | undefined {
  const event = parseObject(line);
  if (event === undefined) return undefined;
  const item = object(event.item);
  if (event.type === "item.started" && item?.type === "command_execution") {
    return { text: `> ${text(item.command)}` };
  }
  if (event.type === "item.completed") {
    if (item?.type === "agent_message") return { text: text(item.text) };
    if (item?.type === "command_execution") {
      const step = { call: text(item.command), result: `${item.exit_code} ${text(item.aggregated_output)}` };
      return { text: excerpt(text(item.aggregated_output)), step };
    }
    return { text: text(item?.message) };
  }
  if (event.type === "turn.completed") {
    const usage = object(event.usage);
    return {
      text: "",
      usage: {
        of: "turn",
        input_tokens: count(usage?.input_tokens),
        output_tokens: count(usage?.output_tokens),
        cost_usd: 0,
      },
    };
  }
  if (event.type === "error" || event.type === "turn.failed") {
    return { text: `Failed: ${text(event.message) || text(object(event.error)?.message)}` };
  }
  return { text: "" };
}
