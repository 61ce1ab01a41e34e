import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootId, processStart } from "./process/identity.ts";
import { lockTown, townOwner } from "./town-lock.ts";

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gastown-lock-"));
  path = join(dir, "run", "lock");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const now = new Date("2026-01-01T00:00:00Z");
const owner = (over: Record<string, unknown>) =>
  JSON.stringify({
    pid: process.pid,
    pid_start: processStart(process.pid),
    boot: bootId(),
    started_at: now,
    ...over,
  });

test("a second start is refused with the process and the URL of the first", () => {
  const lock = lockTown(path, "demo", now);
  lock.announce("http://127.0.0.1:4180");
  let refusal: unknown;
  try {
    lockTown(path, "demo", now);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({
    code: "conflict",
    data: { pid: process.pid, url: "http://127.0.0.1:4180" },
  });
  expect(String(refusal)).toContain(String(process.pid));
  expect(townOwner(path)?.url).toBe("http://127.0.0.1:4180");
  lock.release();
  expect(townOwner(path)).toBeUndefined();
  lockTown(path, "demo", now).release();
});

test("a lock whose owner is gone is taken over", () => {
  const stale = [
    owner({ pid_start: "1" }), // The process id was given to another process.
    owner({ pid: 2 ** 22 + 1 }),
    owner({ boot: "another boot" }),
    "torn by a cr",
    "",
  ];
  lockTown(path, "demo", now).release();
  for (const text of stale) {
    writeFileSync(path, text);
    expect(townOwner(path)).toBeUndefined();
    const lock = lockTown(path, "demo", now);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
    lock.release();
    expect(existsSync(path)).toBe(false);
  }
});

test("a lock that another process took meanwhile is neither changed nor removed", () => {
  const lock = lockTown(path, "demo", now);
  const other = owner({ pid: 1, pid_start: processStart(1) });
  writeFileSync(path, other);
  lock.announce("http://127.0.0.1:1");
  lock.release();
  expect(readFileSync(path, "utf8")).toBe(other);
});

test("of many processes that start at once, one gets the town", async () => {
  writeFileIn(dir);
  const script = join(dir, "start.ts");
  const children = Array.from({ length: 5 }, () =>
    Bun.spawn([process.execPath, script, path], { stdin: "pipe", stdout: "pipe", stderr: "inherit" }),
  );
  const answers = await Promise.all(children.map(async child => firstLine(child.stdout)));
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map(child => child.exited));
  expect(answers.filter(answer => answer === "got it")).toHaveLength(1);
  expect(answers.filter(answer => answer === "conflict")).toHaveLength(4);
  lockTown(path, "demo", now).release();
});

function writeFileIn(folder: string): void {
  writeFileSync(
    join(folder, "start.ts"),
    `import { lockTown } from ${JSON.stringify(join(import.meta.dir, "town-lock.ts"))};
try {
  lockTown(process.argv[2], "demo", new Date());
  process.stdout.write("got it\\n");
} catch (error) {
  process.stdout.write(error.code + "\\n");
}
await new Response(Bun.stdin.stream()).text();
`,
  );
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("\n")) break;
  }
  return text.trim();
}
