import { toolEnv } from "../protocol/tool-env.ts";
import { count, excerpt, type Json, list, object, parseObject, text } from "./json.ts";
import { type Argument, PROMPT, type Preset, type PresetContext, type Reading } from "./preset.ts";

/** The town's functions as tools. The program fills in `${NAME:-}` from its own environment: no secret stands here. */
const TOOLS = { type: "stdio", command: "gt", args: ["mcp"], env: toolEnv("${", ":-}") };

/** Claude Code, `claude -p`. */
export const claude: Preset = {
  name: "claude",
  title: "Claude Code",
  program: "claude",
  install: "Install it by `npm install -g @anthropic-ai/claude-code`.",
  versionArgs: ["--version"],
  hosts: ["api.anthropic.com"],
  baseUrls: ["ANTHROPIC_BASE_URL"],
  keys: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
  args,
  more: context => ["--continue", ...args(context)],
  env: () => ({
    // Without it the program refuses to skip its questions when it runs as root.
    IS_SANDBOX: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
  }),
  seed: () => [
    {
      path: ".claude/settings.json",
      content: JSON.stringify({ includeCoAuthoredBy: false, cleanupPeriodDays: 30 }, null, 2),
    },
  ],
  read,
};

function args({ model }: PresetContext): Argument[] {
  return [
    "-p",
    PROMPT,
    "--output-format",
    "stream-json",
    "--verbose",
    "--dangerously-skip-permissions",
    // No server that a repository names is started: only the town's own.
    "--mcp-config",
    JSON.stringify({ mcpServers: { gastown: TOOLS } }),
    "--strict-mcp-config",
    ...(model === undefined ? [] : ["--model", model]),
  ];
}

function read(line: string): Reading | undefined {
  const event = parseObject(line);
  if (event === undefined) return undefined;
  const message = object(event.message);
  switch (event.type) {
    case "system":
      return { text: event.subtype === "init" ? `Session with ${text(event.model)}` : "" };
    case "assistant":
      return {
        text: list(message?.content).map(words).filter(Boolean).join("\n"),
        ...spoken(message),
        ...called(message),
      };
    case "user":
      return {
        text: list(message?.content).map(result).filter(Boolean).join("\n"),
        ...(list(message?.content).some(part => object(part)?.type === "tool_result")
          ? { step: { result: JSON.stringify(list(message?.content).map(part => object(part)?.content)) } }
          : {}),
      };
    case "result": {
      const usage = object(event.usage);
      return {
        text: event.is_error === true ? `Failed: ${text(event.result)}` : "",
        usage: {
          of: "run",
          ...tokens(usage),
          cost_usd: typeof event.total_cost_usd === "number" ? Math.max(event.total_cost_usd, 0) : 0,
        },
      };
    }
    default:
      return { text: "" };
  }
}

/** What the answer to one request used; the line comes once for each part of the answer. */
function spoken(message: Json | undefined): Pick<Reading, "usage"> {
  const usage = object(message?.usage);
  const id = text(message?.id);
  if (usage === undefined || id === "") return {};
  return { usage: { of: "message", id, cost_usd: 0, ...tokens(usage) } };
}

function called(message: Json | undefined): Pick<Reading, "step"> {
  const calls = list(message?.content)
    .map(object)
    .filter(part => part?.type === "tool_use")
    .map(part => `${text(part?.name)} ${JSON.stringify(part?.input ?? {})}`);
  return calls.length === 0 ? {} : { step: { call: calls.join(" ") } };
}

function tokens(usage: Json | undefined): { input_tokens: number; output_tokens: number } {
  return {
    input_tokens:
      count(usage?.input_tokens) +
      count(usage?.cache_creation_input_tokens) +
      count(usage?.cache_read_input_tokens),
    output_tokens: count(usage?.output_tokens),
  };
}

function words(part: unknown): string {
  const block = object(part);
  if (block?.type === "text") return text(block.text);
  if (block?.type !== "tool_use") return "";
  const input = object(block.input);
  return `> ${text(block.name)} ${excerpt(text(input?.command) || JSON.stringify(input ?? {}), 6)}`;
}

function result(part: unknown): string {
  const block = object(part);
  if (block?.type !== "tool_result") return "";
  const content = block.content;
  return excerpt(
    typeof content === "string"
      ? content
      : list(content)
          .map(entry => text(object(entry)?.text))
          .join("\n"),
  );
}
