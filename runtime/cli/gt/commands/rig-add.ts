/** `gt rig add` */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { z } from "zod";
import { redactUrls } from "../../../../store/sync/git-failure.ts";
import { prefixSchema, rigNameSchema } from "../../../gateway/contract/requests.ts";
import { rigViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { AGENT_FLAGS, driverOf, RIG_FLAGS } from "../rig-flags.ts";
import { settingsOf } from "../rig-settings.ts";

const CLONE_TIMEOUT_MS = 15 * 60_000;

export const rigAdd = defineCommand<GtContext>()({
  summary: "Adds a git repository to the town; nothing stays when it cannot be cloned",
  examples: [
    {
      line: "gt rig add web https://github.com/me/web --prefix web --gate 'test=npm ci && npm test' --agent claude",
    },
    { line: "gt rig add tool ../tool --prefix to", note: "a repository of this machine" },
  ],
  flags: {
    prefix: {
      type: "string",
      short: "p",
      value: "text",
      summary: "prefix of its beads' ids, e.g. web (the name's first letters)",
    },
    ...RIG_FLAGS,
    ...AGENT_FLAGS,
  },
  positionals: [
    { name: "name", required: true, summary: "what the rig is called: lower case letters, digits, - and _" },
    {
      name: "git-url",
      required: true,
      summary: "where it is cloned from and pushed to: a URL or a folder",
      complete: "directory",
    },
  ],
  async run({ flags, args: [name = "", source = ""] }, context) {
    const prefix = flags.prefix ?? prefixOf(name);
    check("name", name, rigNameSchema);
    check("prefix", prefix, prefixSchema);
    const settings = settingsOf(flags, driverOf(flags));
    const body = {
      name,
      git_url: existsSync(resolve(context.io.cwd, source)) ? resolve(context.io.cwd, source) : source,
      prefix,
      ...(Object.keys(settings).length === 0 ? {} : { settings }),
    };
    context.note(context.style.dim(`Cloning ${redactUrls(source)} ...`));
    const rig = await context
      .client()
      .send("POST", "/rigs", body, rigViewSchema, { timeoutMs: CLONE_TIMEOUT_MS });
    context.print(rig, () => [
      `Rig ${context.style.bold(rig.name)} is ${rig.state}; its beads are called ${rig.prefix}-...`,
      context.style.dim(`git -C ${rig.path} log beads`),
    ]);
    return undefined;
  },
});

/** @throws {AppError} invalid_argument (a usage error), before anything is asked of the town */
function check(what: "name" | "prefix", value: string, schema: z.ZodType): void {
  const issue = schema.safeParse(value).error?.issues[0];
  if (issue === undefined) return;
  throw usageError(
    `"${value}" cannot be the ${what} of a rig.`,
    `Choose ${issue.message}${what === "prefix" ? ", with --prefix" : ""}.`,
  );
}

/** The first letters of the name. */
function prefixOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 3);
}
