import { expect, test } from "bun:test";
import { processStart } from "./identity.ts";
import { quote } from "./quote.ts";
import { descendants, killMarked, signal } from "./tree.ts";

test("a shell reads back exactly what was quoted", () => {
  for (const text of [
    "",
    "plain",
    "a b",
    "it's",
    '"$HOME" `id` \\ \n\t* ?',
    "-n",
    "ü世",
    "a;b&c|d>e",
    "~",
    "#x",
    "!!",
  ]) {
    const read = Bun.spawnSync(["/bin/sh", "-c", `printf '%s' ${quote(text)}`]).stdout.toString();
    expect(read).toBe(text);
  }
});

test("a process has one start time, and none when it is gone", async () => {
  const child = Bun.spawn(["sleep", "60"]);
  const start = processStart(child.pid);
  expect(start).toMatch(/^\d+$/);
  expect(processStart(child.pid)).toBe(start);
  child.kill("SIGKILL");
  await child.exited;
  expect(processStart(child.pid)).toBeUndefined();
});

test("finds what runs below a process, and what carries its mark after it is gone", async () => {
  const mark = `GASTOWN_TEST_MARK=${crypto.randomUUID()}`;
  const child = Bun.spawn(["sh", "-c", "sleep 60 & setsid sleep 61 & echo up; wait"], {
    env: { PATH: process.env.PATH ?? "", [mark.split("=")[0] ?? ""]: mark.split("=")[1] ?? "" },
    stdout: "pipe",
  });
  await child.stdout.getReader().read();
  const below = descendants(child.pid);
  expect(below.length).toBe(2);
  child.kill("SIGKILL");
  await child.exited;
  killMarked(mark);
  // The kernel reaps them on its own time.
  while (below.some(({ pid }) => processStart(pid) !== undefined && !isZombie(pid))) await Bun.sleep(5);
  expect(signal(child.pid, "SIGTERM")).toBe(false);
});

function isZombie(pid: number): boolean {
  return Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)])
    .stdout.toString()
    .startsWith("Z");
}
