/** Settings as `bd config` names them, kept in three places: on the branch, in git's configuration, in the environment. */

/** Where a key lives. `git` keys are of this clone only. */
export function locationOf(key: string): "branch" | "git config" {
  return key === "beads.role" ? "git config" : "branch";
}

/** Prefixes of keys that are no settings: user data of `bd kv` and `bd remember`. */
export const KV_PREFIX = "kv.";
export const MEMORY_PREFIX = "kv.memory.";

/** Settings without the user data. */
export function settingsOnly(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !key.startsWith(KV_PREFIX)));
}

/** Memories by key, or key-value pairs by key: the entries under a prefix, without it, sorted. */
export function entriesUnder(config: Readonly<Record<string, string>>, prefix: string): [string, string][] {
  return Object.entries(config)
    .filter(([key]) => key.startsWith(prefix) && (prefix === MEMORY_PREFIX || !key.startsWith(MEMORY_PREFIX)))
    .map(([key, value]): [string, string] => [key.slice(prefix.length), value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Looks like a key that holds a secret, which does not belong on a branch that is pushed. */
export function looksSecret(key: string): boolean {
  return /(token|secret|password|api[_-]?key|credential)s?$/i.test(key);
}
