/**
 * `user.name` and the like from git's configuration files, read directly: starting git costs as much as the rest of a
 * command. Files with includes are left to git itself.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** The value of `section.key`, the most specific file first. `viaGit` answers when a file has includes. */
export function gitConfigValue(
  key: string,
  gitDir: string | undefined,
  env: Env,
  viaGit: (key: string) => string | undefined,
): string | undefined {
  for (const path of configFiles(gitDir, env)) {
    const text = readText(path);
    if (text === undefined) continue;
    const value = readConfig(text).get(key.toLowerCase());
    if (value !== undefined) return value;
    if (/^\s*\[include/im.test(text)) return viaGit(key);
  }
  return undefined;
}

/** Keys in lower case with their last value; quoted values and escapes are understood, subsections kept as they are. */
export function readConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = "";
  for (const raw of text.replace(/\\\r?\n/g, "").split(/\r?\n/)) {
    const line = raw.trim();
    const header = /^\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (header !== null) {
      section =
        header[2] === undefined
          ? (header[1] ?? "").toLowerCase()
          : `${header[1]?.toLowerCase()}.${header[2]}`;
      continue;
    }
    const entry = /^([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/.exec(line);
    if (entry !== null) values.set(`${section}.${entry[1]?.toLowerCase()}`, unquote(entry[2] ?? "true"));
  }
  return values;
}

function unquote(value: string): string {
  let result = "";
  let quoted = false;
  for (let index = 0; index < value.length; index += 1) {
    const char = value[index] ?? "";
    if (char === "\\") {
      index += 1;
      const next = value[index] ?? "";
      result += { n: "\n", t: "\t", b: "\b" }[next] ?? next;
    } else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "#" || char === ";")) break;
    else result += char;
  }
  return result.trimEnd();
}

function configFiles(gitDir: string | undefined, env: Env): string[] {
  const home = env.HOME ?? env.USERPROFILE;
  const xdg = env.XDG_CONFIG_HOME ?? (home === undefined ? undefined : join(home, ".config"));
  const global = env.GIT_CONFIG_GLOBAL;
  return [
    ...(gitDir === undefined ? [] : [join(gitDir, "config.worktree"), join(gitDir, "config")]),
    ...(global !== undefined
      ? [global]
      : [
          ...(home === undefined ? [] : [join(home, ".gitconfig")]),
          ...(xdg === undefined ? [] : [join(xdg, "git", "config")]),
        ]),
    ...(env.GIT_CONFIG_NOSYSTEM === undefined ? [env.GIT_CONFIG_SYSTEM ?? "/etc/gitconfig"] : []),
  ];
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
