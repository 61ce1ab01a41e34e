/** Writing and removing what `bd setup` puts into files, and nothing else in them. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";
import type { HookFile, Recipe } from "./setup-recipes.ts";
import { agentSection, sectionState, withoutSection, withSection } from "./setup-text.ts";

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
  const states = [{ path, state: sectionState(read(path), agentSection()) }];
  if (place.hooks === undefined) return states;
  const settings = readSettings(join(place.base, place.hooks.path));
  const installed = place.hooks.events.every(event =>
    entriesOf(settings, event).some(entry => runs(entry, command)),
  );
  return [...states, { path: join(place.base, place.hooks.path), state: installed ? "current" : "absent" }];
}

/** Puts the section and the hooks in. Returns the files that were written. @throws {AppError} corrupt for settings that are no JSON */
export function installSetup(recipe: Recipe, place: Place, command: string): string[] {
  const path = join(place.base, place.file);
  const before = read(path);
  const start = before === "" && recipe.ownFile === true ? (recipe.header ?? "") : before;
  const after =
    recipe.ownFile === true && before === "" ? start + agentSection() : withSection(start, agentSection());
  const written: string[] = [];
  if (after !== before) {
    write(path, after);
    written.push(path);
  }
  if (place.hooks === undefined) return written;
  const settingsPath = join(place.base, place.hooks.path);
  const settings = readSettings(settingsPath);
  const hooks = isObject(settings.hooks) ? { ...settings.hooks } : {};
  let changed = false;
  for (const event of place.hooks.events) {
    const entries = entriesOf(settings, event);
    if (entries.some(entry => runs(entry, command))) continue;
    hooks[event] = [...entries.filter(entry => !runs(entry, "bd prime")), place.hooks.entry(command)];
    changed = true;
  }
  if (changed) {
    write(settingsPath, `${JSON.stringify({ ...settings, hooks }, null, 2)}\n`);
    written.push(settingsPath);
  }
  return written;
}

/** Takes the section and the hooks out again; a file that is empty then goes. */
export function removeSetup(recipe: Recipe, place: Place): string[] {
  const changed: string[] = [];
  const path = join(place.base, place.file);
  const before = read(path);
  const after = withoutSection(before);
  if (after !== before) {
    const onlyHeader = recipe.ownFile === true && after.trim() === (recipe.header ?? "").trim();
    if (onlyHeader || after.trim() === "") remove(path, place.base);
    else write(path, after);
    changed.push(path);
  }
  if (place.hooks === undefined) return changed;
  const settingsPath = join(place.base, place.hooks.path);
  if (!existsSync(settingsPath)) return changed;
  const settings = readSettings(settingsPath);
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
  if (!found) return changed;
  const { hooks: _old, ...rest } = settings;
  const next = Object.keys(hooks).length === 0 ? rest : { ...rest, hooks };
  if (Object.keys(next).length === 0) remove(settingsPath, place.base);
  else write(settingsPath, `${JSON.stringify(next, null, 2)}\n`);
  return [...changed, settingsPath];
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

function readSettings(path: string): Record<string, unknown> {
  const text = read(path);
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    throw new AppError("corrupt", `${path} is not valid JSON, so it was left alone`, {
      hint: "Correct it and try again.",
      cause,
    });
  }
  throw new AppError("corrupt", `${path} is not a JSON object, so it was left alone`);
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.bd-tmp`, text);
  renameSync(`${path}.bd-tmp`, path);
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
