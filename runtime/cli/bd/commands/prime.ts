/** `bd prime`: what an agent should know at the start of a session. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import {
  CHARS_PER_TOKEN,
  memoriesText,
  PRIME_BUDGET_TOKENS,
  primeMcpText,
  primeText,
} from "../prime-text.ts";
import { entriesUnder, MEMORY_PREFIX } from "../store-config.ts";

/** Characters that the heading of the memories takes, with the line that says how many more there are. */
const HEADING = 200;

export default defineCommand<BdContext>()({
  summary: "What an agent should know at the start of a session",
  description:
    ".beads/PRIME.md replaces the text; memories are added to it. Prints nothing where there are no beads.",
  flags: {
    full: { type: "boolean", summary: "The text for the command line in any case" },
    mcp: { type: "boolean", summary: "The short text for MCP" },
    stealth: { type: "boolean", summary: "Without a word about git" },
    "memories-only": { type: "boolean", summary: "Only the memories" },
    "no-memories": { type: "boolean", summary: "Without the memories" },
    export: { type: "boolean", summary: "The built-in text, whatever PRIME.md says" },
    "hook-json": { type: "boolean", summary: "As the answer of a session start hook" },
    "max-memories": { type: "integer", min: 0, summary: "At most so many memories" },
    "max-memory-chars": { type: "integer", min: 0, summary: "At most so many characters of memories" },
  },
  async run({ flags }, ctx) {
    if (ctx.inTown) return primeInTown(flags["hook-json"] === true, ctx);
    const workspace = ctx.findWorkspace();
    // A hook runs in every folder: where there are no beads, there is nothing to say.
    if (workspace === undefined || !workspace.initialised) return 0;
    const backend = await ctx.backend();
    const config = await backend.config();
    const only = flags["memories-only"] === true;
    const stealth = flags.stealth === true || config["no-git-ops"] === "true";
    const own = join(workspace.beadsDir, "PRIME.md");
    const body = () => {
      if (flags.export !== true && existsSync(own)) return readFileSync(own, "utf8");
      return flags.mcp === true && flags.full !== true
        ? primeMcpText()
        : primeText({ stealth, prefix: backend.prefix });
    };
    const text = only ? "" : body();
    // What a session starts with stays small, however much was remembered; --full and --memories-only show all.
    const all = only || flags.full === true;
    const room = PRIME_BUDGET_TOKENS * CHARS_PER_TOKEN - text.length - HEADING;
    const limits = {
      count: flags["max-memories"] ?? Number(config["prime.max-memories"] ?? 0),
      chars:
        flags["max-memory-chars"] ??
        Number(config["prime.max-memory-chars"] ?? (all ? 0 : Math.max(1, room))),
    };
    const memories =
      flags["no-memories"] === true && !only ? "" : memoriesText(entriesUnder(config, MEMORY_PREFIX), limits);
    print([text, memories].filter(Boolean).join("\n"), flags["hook-json"] === true, ctx);
    return 0;
  },
});

/** The town tells its agents what to do now; how to use bd comes after it. */
async function primeInTown(hook: boolean, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  const own = (await backend.prime?.()) ?? "";
  print([own, primeMcpText()].filter(Boolean).join("\n"), hook, ctx);
  return 0;
}

function print(text: string, hook: boolean, ctx: BdContext): void {
  const answer = { hookSpecificOutput: { hookEventName: "SessionStart", additionalContext: text } };
  ctx.out.raw(hook ? `${JSON.stringify(answer)}\n` : text);
}
