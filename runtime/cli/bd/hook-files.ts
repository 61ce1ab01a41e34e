/** Git hooks: a marked section in each script, so that hooks of others live beside it. */
import { rmSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { AppError, hasCode } from "../../../store/schema/errors.ts";
import type { BdContext } from "./context.ts";
import { gitConfigValue } from "./git-config.ts";
import { readUserFile, type UserFile, writeUserFile } from "./user-file.ts";

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

/** The folder that git takes hooks from; it may be one that all repositories of a person share. */
export function hooksFolder(ctx: BdContext): string {
  const { gitDir, root } = ctx.workspace();
  const { env } = ctx.io;
  const configured = gitConfigValue("core.hooksPath", gitDir, env, () => undefined);
  if (configured === undefined) return join(gitDir, "hooks");
  return resolve(root, configured.replace(/^~(?=\/|$)/, env.HOME ?? "~"));
}

/** Hooks are put into this repository only. @throws {AppError} invalid_argument for a folder that others use, too */
export function requireOwnHooks(ctx: BdContext, path: string): void {
  const { gitDir, root } = ctx.workspace();
  if (within(path, root) || within(path, gitDir)) return;
  throw new AppError(
    "invalid_argument",
    `git takes hooks from ${path} (core.hooksPath), which is not part of this repository; nothing was changed.`,
    {
      hint:
        "`bd hooks install --beads` sets a folder for this repository alone; or let your own hooks there run " +
        '"bd hooks run <hook>" with their arguments.',
    },
  );
}

function within(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** What of a hook is there; in a file that can not take a part there is none. */
export function hookState(folder: Folder, name: HookName): "installed" | "outdated" | "absent" {
  const text = textOf(folder, name);
  const span = spanOf(text);
  if (span === undefined) return "absent";
  const found = text.slice(...span);
  return found === section(name, false) || found === section(name, true) ? "installed" : "outdated";
}

/** Where hooks are. */
export interface Folder {
  readonly path: string;
  /** The repository; a hook that is a link may not lead out of it. */
  readonly root: string;
}

/** @throws {AppError} invalid_argument for a hook that can not take a part in the language of the shell */
export function checkHook(folder: Folder, name: HookName): void {
  const { path, text, exists, mode = 0 } = read(folder, name);
  if (!exists || spanOf(text) !== undefined) return;
  const first = text.split("\n", 1)[0] ?? "";
  const why = (first.startsWith("#!") ? !/\b(ba|da|z|k|a)?sh\b/.test(first) : text.includes("\0"))
    ? "is no shell script"
    : (mode & 0o111) === 0
      ? "is not executable, so git does not run it"
      : undefined;
  if (why === undefined) return;
  throw new AppError("invalid_argument", `The hook ${path} ${why}; no hook was changed.`, {
    hint: `Let it run "bd hooks run ${name}" with its arguments itself, or put it aside.`,
  });
}

/** Puts the section in, before what is there. True when the file was changed. */
export function installHook(folder: Folder, name: HookName): boolean {
  const file = read(folder, name);
  const { text } = file;
  const span = spanOf(text);
  const after =
    span === undefined
      ? withSection(text, name)
      : text.slice(0, span[0]) + section(name, isWhole(text.slice(...span))) + text.slice(span[1]);
  if (after === text) return false;
  writeUserFile(file, after, file.mode ?? 0o755);
  return true;
}

/** Takes the section out; a script that was ours alone then goes. True when there was one. */
export function uninstallHook(folder: Folder, name: HookName): boolean {
  const file = read(folder, name);
  const span = spanOf(file.text);
  if (span === undefined) return false;
  const whole = isWhole(file.text.slice(...span));
  const before = file.text.slice(0, span[0]);
  const after = (whole ? before.replace(/^#![^\n]*\n$/, "") : before) + file.text.slice(span[1]);
  if (after === "") rmSync(join(folder.path, name));
  else writeUserFile(file, after);
  return true;
}

/** Our part comes right after the first line, so that an `exit` of the rest does not pass it by. */
function withSection(text: string, name: HookName): string {
  const firstEnd = text.startsWith("#!") ? text.indexOf("\n") + 1 : 0;
  return firstEnd === 0
    ? `#!/bin/sh\n${section(name, true)}${text}`
    : text.slice(0, firstEnd) + section(name, false) + text.slice(firstEnd);
}

const WHOLE = "# The first line of this file belongs to it.\n";

/** @param whole the first line of the file is ours, too */
function section(name: HookName, whole: boolean): string {
  return `${BEGIN}
# Written by "bd hooks install", removed by "bd hooks uninstall".
${whole ? WHOLE : ""}if command -v bd >/dev/null 2>&1; then
  bd hooks run ${name} "$@" || exit $?
fi
${END}
`;
}

function isWhole(part: string): boolean {
  return part.includes(WHOLE);
}

function spanOf(text: string): [number, number] | undefined {
  const end = text.indexOf(END);
  const start = end === -1 ? -1 : text.lastIndexOf(BEGIN, end);
  if (start === -1) return undefined;
  const after = end + END.length;
  return [start, text[after] === "\n" ? after + 1 : after];
}

function textOf(folder: Folder, name: HookName): string {
  try {
    return read(folder, name).text;
  } catch (error) {
    if (hasCode(error, "invalid_argument")) return "";
    throw error;
  }
}

function read(folder: Folder, name: HookName): UserFile {
  return readUserFile(join(folder.path, name), folder.root);
}
