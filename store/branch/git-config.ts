/** Reads the few settings of a repository's configuration that the store must respect. */

/** Values by `section.key` or `section.subsection.key`; section and key in lower case. The last of several wins. */
export type GitConfig = ReadonlyMap<string, string>;

/** Parses the text of a git configuration file; includes are not followed. */
export function parseGitConfig(text: string): GitConfig {
  const values = new Map<string, string>();
  let section = "";
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    const header = /^\[\s*([^\s"\]]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\](.*)$/.exec(line);
    if (header !== null) {
      const [, name = "", sub] = header;
      section =
        sub === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${sub.replace(/\\(.)/g, "$1")}`;
      continue;
    }
    const pair = /^([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?$/.exec(line);
    if (pair === null || section === "") continue;
    const [, key = "", value] = pair;
    values.set(`${section}.${key.toLowerCase()}`, value === undefined ? "true" : unquote(value));
  }
  return values;
}

/** True for git's spellings of true; undefined when the key is absent. */
export function configFlag(config: GitConfig, key: string): boolean | undefined {
  const value = config.get(key)?.toLowerCase();
  return value === undefined ? undefined : ["true", "yes", "on", "1"].includes(value);
}

function unquote(value: string): string {
  let text = "";
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    const char = value.charAt(i);
    if (char === '"') quoted = !quoted;
    else if (char === "\\") text += unescaped(value.charAt(++i));
    else if (!quoted && (char === "#" || char === ";")) break;
    else text += char;
  }
  return text.trim();
}

function unescaped(char: string): string {
  return char === "n" ? "\n" : char === "t" ? "\t" : char === "b" ? "\b" : char;
}
