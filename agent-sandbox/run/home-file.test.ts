import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeHomeFile } from "./home-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "home-file-"));
  mkdirSync(join(dir, "home"));
  mkdirSync(join(dir, "user"));
  writeFileSync(join(dir, "user/settings.json"), "the user's");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("makes folders and replaces what is there", async () => {
  const home = join(dir, "home");
  await writeHomeFile(home, ".a/b/c.json", "one");
  await writeHomeFile(home, ".a/b/c.json", "two");
  expect(readFileSync(join(home, ".a/b/c.json"), "utf8")).toBe("two");
  mkdirSync(join(home, "folder/inner"), { recursive: true });
  await writeHomeFile(home, "folder", "a file now");
  expect(readFileSync(join(home, "folder"), "utf8")).toBe("a file now");
});

test("follows no link, neither of a folder nor of the file", async () => {
  const home = join(dir, "home");
  symlinkSync(join(dir, "user"), join(home, ".tool"));
  symlinkSync(join(dir, "user/settings.json"), join(home, ".profile"));
  await writeHomeFile(home, ".tool/settings.json", "ours");
  await writeHomeFile(home, ".profile", "ours");
  expect(readFileSync(join(dir, "user/settings.json"), "utf8")).toBe("the user's");
  expect(readdirSync(join(dir, "user"))).toEqual(["settings.json"]);
  expect(lstatSync(join(home, ".tool")).isDirectory()).toBe(true);
  expect(readFileSync(join(home, ".profile"), "utf8")).toBe("ours");
});
