/** Every single call to the file system fails once, in each way: nothing acknowledged is lost, and the next command works. */
import { expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { type GitBeadStore, openStore, type StorePorts } from "../../store/bead-store.ts";
import { AppError } from "../../store/schema/errors.ts";
import { type FaultKind, type FaultyFs, faultyFs } from "./faulty-fs.ts";
import { fsck, git, ROUNDS, useFolders } from "./repository.ts";

const folder = useFolders();
const healthy = bunStorePorts({ PATH: process.env.PATH });
const KINDS: readonly FaultKind[] = ["full", "io", "torn", "dead"];
const origin = { actor: "ada" };

/** Ports of a process that the next one knows to be dead. */
function portsWith(fs: FaultyFs, name: string): StorePorts {
  return { ...healthy, fs, process: { identity: name, isAlive: () => undefined } };
}

function afterwards(): StorePorts {
  const own = "survivor";
  return { ...healthy, process: { identity: own, isAlive: identity => identity === own } };
}

interface Result {
  readonly acknowledged: readonly string[];
  readonly attempted: readonly string[];
  readonly struck: boolean;
  readonly writes: number;
}

/** Makes a few changes one after the other, over a file system that fails once. */
async function runWithFault(dir: string, kind: FaultKind, at: number): Promise<Result> {
  const fs = faultyFs(healthy.fs, kind, at);
  const acknowledged: string[] = [];
  const attempted: string[] = [];
  let store: GitBeadStore | undefined;
  const attempt = async (title: string) => {
    attempted.push(title);
    try {
      store ??= await openStore({ gitDir: dir, ports: portsWith(fs, `faulty-${kind}-${at}`) });
      await store.transact(origin, tx => tx.create({ title }));
      acknowledged.push(title);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect(["storage_full", "storage_io", "lock_timeout"]).toContain(AppError.from(error).code);
    }
  };
  for (const title of ["one", "two", "three"]) await attempt(`${title} ${kind} ${at}`);
  await store?.close();
  return { acknowledged, attempted, struck: fs.struck(), writes: fs.writes() };
}

async function check(
  dir: string,
  { acknowledged, attempted, struck }: Result,
  kind: FaultKind,
): Promise<void> {
  const store = await openStore({ gitDir: dir, ports: afterwards() });
  const titles = (await store.query({})).map(bead => bead.title);
  for (const title of acknowledged) expect(titles).toContain(title);
  // After a fault that passes, the same process goes on: at most one change is refused.
  if (kind !== "dead")
    expect(acknowledged.length).toBeGreaterThanOrEqual(attempted.length - (struck ? 1 : 0));
  await store.transact(origin, tx => tx.create({ title: "next command" }));
  expect(await store.verifyIndex()).toEqual([]);
  await store.close();
  expect(git(dir, "log", "-1", "--format=%s", "beads")).toContain("next command");
}

test(
  "one fault at every call",
  async () => {
    const template = folder();
    git(template, "init", "-q", "--bare");
    const made = await openStore({ gitDir: template, prefix: "gt", create: true, ports: healthy });
    await made.transact(origin, tx => tx.create({ title: "before" }));
    await made.close();
    const total = (await runWithFault(copyOf(template), "io", -1)).writes;
    expect(total).toBeGreaterThan(30);
    for (let at = 0; at < total; at++) {
      // The small share takes the kinds in turn, a full run takes each at every call.
      const kinds = ROUNDS > 1 ? KINDS : [KINDS[at % KINDS.length] ?? "io"];
      for (const kind of kinds) {
        const dir = copyOf(template);
        await check(dir, await runWithFault(dir, kind, at), kind);
        fsck(dir);
      }
    }
  },
  60_000 * ROUNDS,
);

test(
  "a fault while the branch is made leaves nothing half-made",
  async () => {
    for (let at = 0, struck = true; struck; at++) {
      struck = false;
      const kinds = ROUNDS > 1 ? KINDS : [KINDS[at % KINDS.length] ?? "io"];
      for (const kind of kinds) {
        const dir = folder();
        git(dir, "init", "-q", "--bare");
        const fs = faultyFs(healthy.fs, kind, at);
        await Promise.allSettled([
          openStore({ gitDir: dir, prefix: "gt", create: true, ports: portsWith(fs, "faulty") }).then(store =>
            store.close(),
          ),
        ]);
        struck ||= fs.struck();
        const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports: afterwards() });
        await store.transact(origin, tx => tx.create({ title: "works" }));
        await store.close();
        fsck(dir);
      }
    }
  },
  60_000 * ROUNDS,
);

function copyOf(template: string): string {
  const dir = folder();
  cpSync(template, dir, { recursive: true });
  return dir;
}
