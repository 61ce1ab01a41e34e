/**
 * Merges `gastown.json`, which has no stamps: what one side changed since the base is taken; where both changed, lists
 * are united, objects merge key by key, and of two values the greater wins. Of two prefixes the smaller stays the default,
 * and the other is allowed.
 */
import { compareValues, type Fields, isFields, sameValue } from "./json.ts";

/** The merged settings; the same for either order of the sides. */
export function mergeConfig(ours: Fields, theirs: Fields, base?: Fields): Fields {
  const merged = mergeObjects(ours, theirs, base);
  const prefixes = [ours.prefix, theirs.prefix].filter(prefix => typeof prefix === "string").sort();
  const kept = base !== undefined && (ours.prefix === base.prefix || theirs.prefix === base.prefix);
  const prefix = kept ? merged.prefix : prefixes[0];
  const allowed = new Set([...texts(merged.allowed_prefixes), ...(kept ? [] : prefixes)]);
  if (typeof prefix === "string") allowed.delete(prefix);
  const { allowed_prefixes: _, ...rest } = merged;
  const settings = prefix === undefined ? rest : { ...rest, prefix };
  return allowed.size === 0 ? settings : { ...settings, allowed_prefixes: [...allowed].sort() };
}

function mergeObjects(ours: Fields, theirs: Fields, base: Fields | undefined): Fields {
  const entries: [string, unknown][] = [];
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const value = mergeValues(ours[key], theirs[key], base?.[key]);
    if (value !== undefined) entries.push([key, value]);
  }
  return Object.fromEntries(entries.sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}

function mergeValues(ours: unknown, theirs: unknown, base: unknown): unknown {
  if (sameValue(ours, theirs)) return ours;
  if (base !== undefined && sameValue(ours, base)) return theirs;
  if (base !== undefined && sameValue(theirs, base)) return ours;
  if (isFields(ours) && isFields(theirs))
    return mergeObjects(ours, theirs, isFields(base) ? base : undefined);
  if (Array.isArray(ours) && Array.isArray(theirs))
    return mergeLists(ours, theirs, Array.isArray(base) ? base : []);
  return compareValues(ours, theirs) >= 0 ? ours : theirs;
}

function mergeLists(
  ours: readonly unknown[],
  theirs: readonly unknown[],
  base: readonly unknown[],
): readonly unknown[] {
  const has = (list: readonly unknown[], item: unknown) => list.some(other => sameValue(other, item));
  const merged: unknown[] = [];
  for (const item of [...ours, ...theirs]) {
    const removed = has(base, item) && !(has(ours, item) && has(theirs, item));
    if (!removed && !has(merged, item)) merged.push(item);
  }
  return merged.sort(compareValues);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === "string") : [];
}
