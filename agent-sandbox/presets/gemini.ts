import { TOOL_TIMEOUT_MS, toolEnv } from "../protocol/tool-env.ts";
import { count, excerpt, object, parseObject, text } from "./json.ts";
import { PROMPT, type Preset, type Reading } from "./preset.ts";

/** Gemini CLI, `gemini --yolo -p`. It starts itself again as a child: only its whole group ends it. */
export const gemini: Preset = {
  name: "gemini",
  title: "Gemini CLI",
  program: "gemini",
  install: "Install it by `npm install -g @google/gemini-cli`.",
  versionArgs: ["--version"],
  hosts: ["generativelanguage.googleapis.com"],
  baseUrls: ["GOOGLE_GEMINI_BASE_URL"],
  keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  args: ({ model }) => [
    "--yolo",
    "--output-format",
    "stream-json",
    ...(model === undefined ? [] : ["--model", model]),
    "-p",
    PROMPT,
  ],
  env: () => ({ GEMINI_CLI_TRUST_WORKSPACE: "true" }),
  seed: () => [
    {
      path: ".gemini/settings.json",
      content: JSON.stringify(
        {
          security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
          privacy: { usageStatisticsEnabled: false },
          general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
          // The town's functions as tools. The program hands servers no variable that it is not told of.
          mcpServers: {
            gastown: {
              command: "gt",
              args: ["mcp"],
              env: toolEnv("${", "}"),
              trust: true,
              timeout: TOOL_TIMEOUT_MS,
            },
          },
        },
        null,
        2,
      ),
    },
  ],
  read,
};

function read(line: string): Reading | undefined {
  const event = parseObject(line);
  if (event === undefined) return undefined;
  switch (event.type) {
    case "init":
      return { text: `Session with ${text(event.model)}` };
    case "message":
      return { text: event.role === "assistant" ? text(event.content) : "" };
    case "tool_use": {
      const parameters = object(event.parameters);
      return {
        text: `> ${text(event.tool_name)} ${text(parameters?.command) || JSON.stringify(parameters ?? {})}`,
        step: { call: `${text(event.tool_name)} ${JSON.stringify(parameters ?? {})}` },
      };
    }
    case "tool_result":
      return {
        text: excerpt(text(event.output) || text(object(event.error)?.message)),
        step: { result: text(event.output) || text(object(event.error)?.message) },
      };
    case "error":
      return { text: `Failed: ${text(event.message)}` };
    case "result": {
      const stats = object(event.stats);
      return {
        text: event.status === "error" ? `Failed: ${text(object(event.error)?.message)}` : "",
        usage: {
          of: "run",
          input_tokens: count(stats?.input_tokens),
          output_tokens: count(stats?.output_tokens),
          cost_usd: 0,
        },
      };
    }
    default:
      return { text: "" };
  }
}
