/** What a change costs on disk once it is packed, by git and without it, and that many commits are few files. */
import { expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";
import { fsck, git, useFolders } from "./repository.ts";

const folder = useFolders();
const BEADS = 500;
const CHANGES = 600;
/** Bytes of a change, by the promise. */
const MOST = 2_000;

/** Bytes of all files below a folder. */
function bytesOf(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Texts of about 1 KB that compress as prose does. */
function description(seed: number): string {
  return Array.from({ length: 130 }, (_, i) => ((seed * 7919 + i * 104_729) % 46_656).toString(36)).join(" ");
}

for (const withGit of [true, false]) {
  test(`a change takes less than 2 KB, ${withGit ? "packed by git" : "without the git program"}`, async () => {
    const dir = folder();
    git(dir, "init", "-q", "--bare");
    const ports = bunStorePorts({ PATH: process.env.PATH });
    const options = { gitDir: dir, prefix: "gt", ports: withGit ? ports : { ...ports, git: undefined } };
    const store = await openStore({ ...options, create: true });
    const { value: ids } = await store.transact({ actor: "ada" }, tx =>
      Array.from(
        { length: BEADS },
        (_, i) => tx.create({ title: `Bead ${i}`, description: description(i) }).id,
      ),
    );
    const objects = join(dir, "objects");
    const before = bytesOf(objects);
    for (let i = 0; i < CHANGES; i++) {
      const id = ids[(i * 613) % ids.length] ?? "";
      await store.transact({ actor: "ada" }, tx => {
        if (i % 5 === 0) tx.close(id, "Done");
        else if (i % 5 === 1) tx.comment(id, `Looked at it for the ${i}th time`);
        else if (i % 5 === 2) tx.create({ title: `New ${i}`, description: description(i), parent: id });
        else tx.update(id, { status: "in_progress", assignee: `agent-${i % 9}`, notes: `State ${i}` });
      });
    }
    await store.close();
    const files = readdirSync(join(objects, "pack")).length;
    expect(files).toBeLessThan(120);
    expect((bytesOf(objects) - before) / CHANGES).toBeLessThan(MOST);
    fsck(dir);
    if (!withGit) return;
    git(dir, "gc", "-q", "--prune=now");
    expect((bytesOf(objects) - before) / CHANGES).toBeLessThan(MOST);
    const again = await openStore(options);
    expect((await again.history(ids[0] ?? "")).at(-1)?.bead?.title).toBe("Bead 0");
    await again.close();
  }, 60_000);
}
