/** `kill -9` of a process that runs the Bun host: what it acknowledged is there, once, and its messages arrive. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBunHost } from "../../runtime/hosts/bun/host.ts";
import { conformanceActors, createProbe } from "./fixtures.ts";

const NAMES = ["one", "two", "three"] as const;
const ROUNDS = 4;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gastown-kill-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Line {
  readonly name: string;
  readonly sum?: number;
  readonly sent?: string;
  readonly armed?: string;
}

/** Runs the writer and kills it when it has told so many lines; the lines that it told. */
async function runAndKill(lines: number): Promise<Line[]> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "killed-host.ts"), folder], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const told: Line[] = [];
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    told.push(...parts.map((line): Line => JSON.parse(line)));
    if (told.length >= lines) child.kill("SIGKILL");
  }
  await child.exited;
  return told;
}

test("nothing acknowledged is lost, nothing takes effect twice", async () => {
  const told: Line[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // A different moment each time, in a different place of the writer's cycle.
    told.push(...(await runAndKill(40 + 7 * round)));
  }
  const host = createBunHost({ folder, actors: conformanceActors, ports: { probe: createProbe() } });
  await host.start();
  try {
    for (const name of NAMES) {
      const mine = told.filter(line => line.name === name);
      const acknowledged = Math.max(...mine.map(line => line.sum ?? 0));
      const sum = Number(await host.call({ kind: "keeper", name }, "sum"));
      expect(sum).toBeGreaterThanOrEqual(acknowledged);
      expect(sum).toBeLessThanOrEqual(acknowledged + ROUNDS);

      const sent = mine.flatMap(line => line.sent ?? []);
      const taken = async () =>
        (await host.call({ kind: "keeper", name: `${name}-taker` }, "taken")) as string[];
      const end = Date.now() + 15_000;
      let all = await taken();
      // Messages that the killed process had not delivered come by the alarm of their sender.
      while (!sent.every(item => all.includes(item)) && Date.now() < end) {
        await Bun.sleep(20);
        all = await taken();
      }
      expect(all).toEqual(expect.arrayContaining(sent));
      expect(new Set(all).size).toBe(all.length);
      expect(all.filter(item => sent.includes(item))).toEqual(sent);
    }
    expect(host.system.nextAlarm).not.toBeNull();
  } finally {
    await host.close();
  }
});
