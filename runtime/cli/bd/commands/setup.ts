/** `bd setup`: tells an agent of the beads, in its instruction file and, where it has them, by its hooks. */
import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { defineCommand, usageError } from "../../lib/args.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { BdContext } from "../context.ts";
import { installSetup, type Place, removeSetup, setupState } from "../setup-files.ts";
import { RECIPES, type Recipe } from "../setup-recipes.ts";
import { agentSection } from "../setup-text.ts";

export default defineCommand<BdContext>()({
  summary: "Tell an agent of the beads",
  description: `Writes a marked section into the agent's instruction file, and hooks where it has them. Agents: ${RECIPES.map(r => r.name).join(", ")}.`,
  examples: [
    { line: "bd setup claude" },
    { line: "bd setup claude --check" },
    { line: "bd setup claude --remove" },
  ],
  positionals: [{ name: "agent", complete: "command" }, { name: "path" }],
  flags: {
    check: { type: "boolean", summary: "Say whether it is there; exit code 1 when not" },
    remove: { type: "boolean", summary: "Take it out again" },
    global: { type: "boolean", summary: "For all projects of this user" },
    project: { type: "boolean", summary: "For this project (the default)" },
    stealth: { type: "boolean", summary: "Sessions are told nothing about git" },
    print: { type: "boolean", summary: "Print the section" },
    list: { type: "boolean", summary: "List the agents" },
    output: {
      type: "string",
      short: "o",
      value: "file",
      summary: "Write the section to this file",
      complete: "file",
    },
    add: { type: "string", value: "name", summary: "Any other agent, with the path of its file as argument" },
  },
  run({ flags, args }, ctx) {
    if (flags.list === true) {
      ctx.out.emit(
        RECIPES.map(({ name, title, file }) => ({ name, title, file })),
        () =>
          RECIPES.map(({ name, title, file }) => `${name.padEnd(10)} ${title.padEnd(16)} ${file}`).join("\n"),
      );
      return 0;
    }
    if (flags.print === true) {
      ctx.out.raw(agentSection());
      return 0;
    }
    if (flags.output !== undefined) {
      writeFileSync(resolve(ctx.cwd, flags.output), agentSection());
      ctx.out.note(`Wrote ${flags.output}`);
      return 0;
    }
    const recipe = chosen(flags.add, args);
    const place = placeOf(recipe, flags.global === true, ctx);
    const command = flags.stealth === true ? "bd prime --stealth" : "bd prime";
    if (flags.check === true) {
      const states = setupState(place, "bd prime");
      const installed = states.every(({ state }) => state === "current");
      ctx.out.emit({ recipe: recipe.name, installed, files: states }, () =>
        states.map(({ path, state }) => `${state === "current" ? "✓" : "✗"} ${path}: ${state}`).join("\n"),
      );
      return installed ? 0 : 1;
    }
    const files = flags.remove === true ? removeSetup(recipe, place) : installSetup(recipe, place, command);
    const done = flags.remove === true ? "Removed from" : "Installed in";
    ctx.out.emit(
      { recipe: recipe.name, action: flags.remove === true ? "removed" : "installed", files },
      () =>
        files.length === 0
          ? `Nothing to do for ${recipe.title}`
          : files.map(file => `✓ ${done} ${file}`).join("\n"),
    );
    return 0;
  },
});

function chosen(add: string | undefined, args: readonly string[]): Recipe {
  if (add !== undefined) {
    const file = args[0];
    if (file === undefined)
      throw usageError("--add needs the path of the agent's instruction file as argument");
    return { name: add, title: add, file };
  }
  const name = args[0];
  if (name === undefined) throw usageError("which agent?", `One of ${RECIPES.map(r => r.name).join(", ")}`);
  const recipe = RECIPES.find(r => r.name === name.toLowerCase());
  if (recipe === undefined)
    throw usageError(
      `unknown agent "${name}"`,
      didYouMean(
        name,
        RECIPES.map(r => r.name),
      ) ?? "bd setup --list",
    );
  return recipe;
}

function placeOf(recipe: Recipe, global: boolean, ctx: BdContext): Place {
  if (!global) return { base: ctx.findWorkspace()?.root ?? ctx.cwd, file: recipe.file, hooks: recipe.hooks };
  if (recipe.globalFile === undefined)
    throw usageError(`${recipe.title} has no instructions for all projects of a user`);
  return { base: ctx.io.env.HOME ?? homedir(), file: recipe.globalFile, hooks: recipe.globalHooks };
}
