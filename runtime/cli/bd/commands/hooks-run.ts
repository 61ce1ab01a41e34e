/** `bd hooks run`: what the hooks call. A hook must never stand in the way of git, so failures are said and forgiven. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "What a hook calls",
  positionals: [
    { name: "hook", required: true },
    { name: "args", rest: true },
  ],
  async run({ args }, ctx) {
    const [hook, ...rest] = args;
    if (ctx.findWorkspace()?.initialised !== true || ctx.io.env.BD_GIT_HOOK === "1") return 0;
    try {
      if (hook === "prepare-commit-msg") await addTrailers(rest, ctx);
      else if (hook === "pre-push") await share(true, ctx);
      else if (hook === "post-merge") await share(false, ctx);
    } catch (error) {
      ctx.out.warn(`bd: ${hook}: ${AppError.from(error).message}`);
    }
    return 0;
  },
});

/** Syncs without a word when all is well; a remote that is away is no reason to stop anybody. */
async function share(push: boolean, ctx: BdContext): Promise<void> {
  const backend = await ctx.backend();
  if ((await backend.config())["no-push"] === "true" && push) return;
  await backend.sync?.({ push, pull: true });
}

/** Names the bead in hand and, for an agent, who it is; not in merges, and not twice. */
async function addTrailers([file, source]: readonly string[], ctx: BdContext): Promise<void> {
  if (file === undefined || source === "merge" || source === "squash") return;
  const path = resolve(ctx.cwd, file);
  const text = readFileSync(path, "utf8");
  const agent = ctx.io.env.GASTOWN_AGENT ?? ctx.io.env.BEADS_ACTOR ?? ctx.io.env.BD_ACTOR;
  const backend = await ctx.backend();
  const [mine] = await backend.issues({
    status: ["in_progress", "hooked"],
    assignee: ctx.actor(),
    sort: "updated",
    limit: 1,
  });
  const trailers = [
    ...(mine === undefined || text.includes(mine.id) ? [] : [`Bead: ${mine.id}`]),
    ...(agent === undefined || text.includes(`Executed-By: ${agent}`) ? [] : [`Executed-By: ${agent}`]),
  ];
  if (trailers.length === 0) return;
  const result = ctx.spawn(
    ["git", "interpret-trailers", ...trailers.flatMap(trailer => ["--trailer", trailer])],
    { input: text },
  );
  if (result.code === 0) writeFileSync(path, result.stdout);
}
