/** Writing and removing what `bd setup` puts into files, and nothing else in them. */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";
import type { HookFile, Recipe } from "./setup-recipes.ts";
import { agentSection, sectionState, withoutSection, withSection } from "./setup-text.ts";
import { readUserFile, type UserFile, writeUserFile } from "./user-file.ts";

/** Where a recipe writes. */
export interface Place {
  readonly base: string;
  readonly file: string;
  readonly hooks: HookFile | undefined;
}

/** State of an installation, by file. */
export type FileState = "current" | "outdated" | "absent";

/** What is installed there. */
export function setupState(
  place: Place,
  command: string,
): { readonly path: string; readonly state: FileState }[] {
  const path = join(place.base, place.file);
  const states = [{ path, state: sectionState(readUserFile(path, place.base).text, agentSection()) }];
  if (place.hooks === undefined) return states;
  const { settings } = readSettings(join(place.base, place.hooks.path), place.base);
  const installed = place.hooks.events.every(event =>
    entriesOf(settings, event).some(entry => runs(entry, command)),
  );
  return [...states, { path: join(place.base, place.hooks.path), state: installed ? "current" : "absent" }];
}

/**
 * Puts the section and the hooks in. Returns the files that were written.
 * @throws {AppError} corrupt for settings that are no JSON, invalid_argument for files that can not take a section;
 *   nothing is written then
 */
export function installSetup(recipe: Recipe, place: Place, command: string): string[] {
  const path = join(place.base, place.file);
  const file = readUserFile(path, place.base);
  const settings =
    place.hooks === undefined ? undefined : readSettings(join(place.base, place.hooks.path), place.base);
  const after =
    recipe.ownFile === true && file.text === ""
      ? (recipe.header ?? "") + agentSection()
      : withSection(file.text, agentSection(), file.exists);
  const written: string[] = [];
  if (after !== file.text) {
    writeUserFile(file, after);
    written.push(path);
  }
  if (place.hooks === undefined || settings === undefined) return written;
  const hooks = isObject(settings.settings.hooks) ? { ...settings.settings.hooks } : {};
  let changed = false;
  for (const event of place.hooks.events) {
    const entries = entriesOf(settings.settings, event);
    if (entries.some(entry => runs(entry, command))) continue;
    hooks[event] = [...entries.filter(entry => !runs(entry, "bd prime")), place.hooks.entry(command)];
    changed = true;
  }
  if (changed) {
    writeSettings(settings, { ...settings.settings, hooks });
    written.push(join(place.base, place.hooks.path));
  }
  return written;
}

/** Takes the section and the hooks out again; a file that is empty then goes. */
export function removeSetup(recipe: Recipe, place: Place): string[] {
  const changed: string[] = [];
  const path = join(place.base, place.file);
  const file = readUserFile(path, place.base);
  const settingsPath = join(place.base, place.hooks?.path ?? "");
  const found =
    place.hooks === undefined || !existsSync(settingsPath)
      ? undefined
      : readSettings(settingsPath, place.base);
  const after = withoutSection(file.text);
  if (after !== file.text) {
    const onlyHeader = recipe.ownFile === true && after?.trim() === (recipe.header ?? "").trim();
    if (onlyHeader || after === undefined) remove(path, place.base);
    else writeUserFile(file, after);
    changed.push(path);
  }
  return found === undefined || !removeHooks(found, place.base) ? changed : [...changed, settingsPath];
}

/** Takes our entries out of the settings; false when there are none. */
function removeHooks(file: SettingsFile, base: string): boolean {
  const { settings } = file;
  const hooks = isObject(settings.hooks) ? { ...settings.hooks } : {};
  let found = false;
  for (const event of Object.keys(hooks)) {
    const entries = entriesOf(settings, event);
    const kept = entries.filter(entry => !runs(entry, "bd prime"));
    if (kept.length === entries.length) continue;
    found = true;
    if (kept.length > 0) hooks[event] = kept;
    else delete hooks[event];
  }
  if (!found) return false;
  const { hooks: _old, ...rest } = settings;
  const next = Object.keys(hooks).length === 0 ? rest : { ...rest, hooks };
  if (Object.keys(next).length === 0) remove(file.file.path, base);
  else writeSettings(file, next);
  return true;
}

function entriesOf(settings: Readonly<Record<string, unknown>>, event: string): unknown[] {
  const hooks = settings.hooks;
  const entries = isObject(hooks) ? hooks[event] : undefined;
  return Array.isArray(entries) ? entries : [];
}

/** True when the entry runs a command that begins so. */
function runs(entry: unknown, command: string): boolean {
  if (!isObject(entry)) return false;
  const inner = Array.isArray(entry.hooks) ? entry.hooks : [entry];
  return inner.some(
    hook => isObject(hook) && typeof hook.command === "string" && hook.command.startsWith(command),
  );
}

/** Settings and the file that they are in. */
interface SettingsFile {
  readonly file: UserFile;
  readonly settings: Readonly<Record<string, unknown>>;
}

function readSettings(path: string, base: string): SettingsFile {
  const file = readUserFile(path, base);
  const text = Buffer.from(file.text, "latin1")
    .toString("utf8")
    .replace(/^\ufeff/, "");
  if (text.trim() === "") return { file, settings: {} };
  try {
    const settings: unknown = JSON.parse(text);
    if (isObject(settings)) return { file, settings };
  } catch (cause) {
    throw new AppError("corrupt", `${path} is not valid JSON, so it was left alone`, {
      hint: "Correct it and try again.",
      cause,
    });
  }
  throw new AppError("corrupt", `${path} is not a JSON object, so it was left alone`);
}

/** Writes settings with the indentation and the last line break that the file has. */
function writeSettings({ file }: SettingsFile, settings: Readonly<Record<string, unknown>>): void {
  const indent = /^\s*\{\r?\n([ \t]+)"/.exec(file.text)?.[1] ?? "  ";
  const end = file.text === "" || file.text.endsWith("\n") ? "\n" : "";
  const text = `${JSON.stringify(settings, null, indent)}${end}`;
  writeUserFile(file, Buffer.from(text, "utf8").toString("latin1"));
}

/** Removes a file, and the folders that it leaves empty below the base. */
function remove(path: string, base: string): void {
  rmSync(path, { force: true });
  for (let folder = dirname(path); folder !== base && folder.startsWith(base); folder = dirname(folder)) {
    if (readdirSync(folder).length > 0) break;
    rmdirSync(folder);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
