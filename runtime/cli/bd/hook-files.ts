/** Git hooks: a marked section in each script, so that hooks of others live beside it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BdContext } from "./context.ts";
import { gitConfigValue } from "./git-config.ts";

/** What each hook does. */
export const HOOKS = {
  "pre-push": "share the beads along with the code",
  "post-merge": "take over the beads of the remote after a pull",
  "prepare-commit-msg": "name the bead in hand and the agent in the commit message",
} as const;
export type HookName = keyof typeof HOOKS;
export const HOOK_NAMES: readonly HookName[] = ["pre-push", "post-merge", "prepare-commit-msg"];

const BEGIN = "# --- BEGIN BEADS ---";
const END = "# --- END BEADS ---";

/** The folder that git takes hooks from. */
export function hooksFolder(ctx: BdContext): string {
  const { gitDir, root } = ctx.workspace();
  const configured = gitConfigValue("core.hooksPath", gitDir, ctx.io.env, () => undefined);
  return configured === undefined ? join(gitDir, "hooks") : resolve(root, configured);
}

/** What of a hook is there. */
export function hookState(folder: string, name: HookName): "installed" | "outdated" | "absent" {
  const text = read(join(folder, name));
  const [start, end] = span(text);
  if (start === -1) return "absent";
  return text.slice(start, end) === section(name) ? "installed" : "outdated";
}

/** Puts the section in, before what is there. True when the file was changed. */
export function installHook(folder: string, name: HookName): boolean {
  const path = join(folder, name);
  const before = read(path);
  const [start, end] = span(before);
  const after =
    start === -1
      ? withSection(before, section(name))
      : before.slice(0, start) + section(name) + before.slice(end);
  if (after === before) return false;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.bd-tmp`, after);
  chmodSync(`${path}.bd-tmp`, 0o755);
  renameSync(`${path}.bd-tmp`, path);
  return true;
}

/** Takes the section out; a script that does nothing then goes. True when there was one. */
export function uninstallHook(folder: string, name: HookName): boolean {
  const path = join(folder, name);
  const before = read(path);
  const [start, end] = span(before);
  if (start === -1) return false;
  const after = before.slice(0, start) + before.slice(end);
  const left = after.split("\n").filter(line => line.trim() !== "" && !line.startsWith("#!"));
  if (left.length === 0) rmSync(path);
  else {
    writeFileSync(`${path}.bd-tmp`, after);
    chmodSync(`${path}.bd-tmp`, 0o755);
    renameSync(`${path}.bd-tmp`, path);
  }
  return true;
}

/** Our part comes right after the first line, so that an `exit` of the rest does not pass it by. */
function withSection(text: string, part: string): string {
  if (text === "") return `#!/bin/sh\n${part}`;
  const firstEnd = text.startsWith("#!") ? text.indexOf("\n") + 1 : 0;
  return `${firstEnd === 0 ? "#!/bin/sh\n" : text.slice(0, firstEnd)}${part}${text.slice(firstEnd)}`;
}

function section(name: HookName): string {
  return `${BEGIN}
# Written by "bd hooks install", removed by "bd hooks uninstall".
if command -v bd >/dev/null 2>&1; then
  bd hooks run ${name} "$@" || exit $?
fi
${END}
`;
}

function span(text: string): [number, number] {
  const start = text.indexOf(BEGIN);
  const end = start === -1 ? -1 : text.indexOf(END, start);
  if (end === -1) return [-1, -1];
  const after = end + END.length;
  return [start, text[after] === "\n" ? after + 1 : after];
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
