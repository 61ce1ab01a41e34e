import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTownPaths, socketFolder } from "./town-paths.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gt-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const uid = process.getuid?.() ?? 0;

test("everything lies below the town's folder", () => {
  const paths = createTownPaths("/t", "/s");
  expect(paths.repo("sample")).toBe("/t/rigs/sample.git");
  expect(paths.worktree("sample", "toast")).toBe("/t/worktrees/sample/toast");
  expect(paths.home("sample", "toast")).toBe("/t/agents/sample/toast/home");
  expect(paths.runDir("sample", "toast", 3)).toBe("/t/agents/sample/toast/runs/3");
});

test("sockets are short, unique, and the same at every start", () => {
  const long = createTownPaths(`/home/${"x".repeat(300)}`, "/tmp/gastown-1000");
  const sockets = new Set(
    [1, 2, 3].flatMap(generation => ["demo/a/b", "demo/a/c"].map(name => long.socket(name, generation))),
  );
  expect(sockets.size).toBe(6);
  for (const socket of sockets) expect(socket.length).toBeLessThan(60);
  expect(createTownPaths("/t", "/s").socket("demo/a/b", 1)).toBe(
    createTownPaths("/t", "/s").socket("demo/a/b", 1),
  );
  expect(createTownPaths("/t", "/s").socket("demo/a/b", 1)).not.toBe(
    createTownPaths("/u", "/s").socket("demo/a/b", 1),
  );
});

test("the folder of the sockets is the user's alone", () => {
  const folder = socketFolder({ XDG_RUNTIME_DIR: dir }, uid);
  expect(folder).toBe(join(dir, "gastown"));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  chmodSync(folder, 0o755);
  expect(() => socketFolder({ XDG_RUNTIME_DIR: dir }, uid)).toThrow(
    expect.objectContaining({ code: "forbidden" }),
  );
});

test("a runtime folder that is too deep, or not there, is not used", () => {
  const deep = join(dir, "d".repeat(90));
  mkdirSync(deep);
  expect(socketFolder({ XDG_RUNTIME_DIR: deep }, uid)).toBe(`/tmp/gastown-${uid}`);
  expect(socketFolder({ XDG_RUNTIME_DIR: join(dir, "missing") }, uid)).toBe(`/tmp/gastown-${uid}`);
  expect(socketFolder({}, uid)).toBe(`/tmp/gastown-${uid}`);
});
