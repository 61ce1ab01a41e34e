import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { walk } from "./walk.ts";

test("names links and never follows them", async () => {
  const dir = mkdtempSync(join(tmpdir(), "walk-"));
  mkdirSync(join(dir, "in/deep"), { recursive: true });
  mkdirSync(join(dir, "out"));
  writeFileSync(join(dir, "out/secret"), "");
  writeFileSync(join(dir, "in/deep/file"), "");
  symlinkSync(join(dir, "out"), join(dir, "in/link"));
  symlinkSync(join(dir, "in"), join(dir, "in/deep/loop"));
  const found: string[] = [];
  for await (const { path } of walk(join(dir, "in"))) found.push(relative(dir, path));
  expect(found.sort()).toEqual(["in/deep/file", "in/deep/loop", "in/link"]);
  for await (const _ of walk(join(dir, "none"))) throw new Error("There is nothing.");
  rmSync(dir, { recursive: true, force: true });
});
