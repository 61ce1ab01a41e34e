import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitConfigValue, readConfig } from "./git-config.ts";

describe("readConfig", () => {
  test("reads what git reads", () => {
    const text = `
# comment
[user]
	name = "Ada \\"the\\" Lovelace" ; why
	email = ada@example.com # mail
[Core] bare
[remote "Origin/x"]
	url = https://x/y
[alias]
	long = one \\
two
[core]
	flag
`;
    const values = readConfig(text);
    expect(values.get("user.name")).toBe('Ada "the" Lovelace');
    expect(values.get("user.email")).toBe("ada@example.com");
    expect(values.get("remote.Origin/x.url")).toBe("https://x/y");
    expect(values.get("alias.long")).toBe("one two");
    expect(values.get("core.flag")).toBe("true");
  });
});

describe("gitConfigValue", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "bd-gitconfig-"));
    writeFileSync(join(dir, "config"), "[user]\n\tname = Local\n");
    writeFileSync(
      join(dir, ".gitconfig"),
      "[user]\n\tname = Global\n\temail = g@x\n[include]\n\tpath = other\n",
    );
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const env = () => ({ HOME: dir, GIT_CONFIG_NOSYSTEM: "1" });

  test("the repository first, then the user; includes are left to git", () => {
    const asked: string[] = [];
    const ask = (key: string) => {
      asked.push(key);
      return "from git";
    };
    expect(gitConfigValue("user.name", dir, env(), ask)).toBe("Local");
    expect(gitConfigValue("user.email", dir, env(), ask)).toBe("g@x");
    expect(asked).toEqual([]);
    expect(gitConfigValue("user.signingkey", dir, env(), ask)).toBe("from git");
    expect(gitConfigValue("user.name", undefined, { GIT_CONFIG_NOSYSTEM: "1" }, ask)).toBeUndefined();
  });
});
