/** Many processes write at once while git collects garbage, packs refs, fetches, and a person commits in the same repository. */
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";
import { fsck, git, ROUNDS, startChild, useFolders } from "./repository.ts";

const folder = useFolders();
const ports = bunStorePorts({ PATH: process.env.PATH });
/** Processes at once (fifty with GASTOWN_TEST_ROUNDS=10), and changes of each. */
const PROCESSES = 5 * ROUNDS;
const CHANGES = 60;

test(
  "processes beside git lose nothing, and leave HEAD, index and work tree alone",
  async () => {
    const dir = folder();
    git(dir, "init", "-q", "-b", "main");
    git(dir, "config", "gc.auto", "0"); // Only the test's own `git gc`, none in the background.
    writeFileSync(join(dir, "code.txt"), "one\n");
    git(dir, "add", "code.txt");
    git(dir, "commit", "-q", "-m", "first");
    const clone = folder();
    git(clone, "clone", "-q", "--bare", dir, ".");
    git(dir, "remote", "add", "origin", clone);
    writeFileSync(join(dir, "code.txt"), "not committed\n");
    const first = await openStore({ gitDir: dir, prefix: "gt", create: true, ports });
    const status = git(dir, "status", "--porcelain");
    const index = readFileSync(join(dir, ".git", "index"));
    const head = readFileSync(join(dir, ".git", "HEAD"), "utf8");

    const children = Array.from({ length: PROCESSES }, (_, i) =>
      startChild("writer.ts", [dir, `p${i}`, String(CHANGES), "2"]),
    );
    const outputs = Promise.all(children.map(child => new Response(child.stdout).text()));
    const errors = Promise.all(children.map(child => new Response(child.stderr).text()));
    let running = true;
    const ended = Promise.all(children.map(child => child.exited)).finally(() => {
      running = false;
    });
    let commits = 0;
    while (running) {
      git(dir, "gc", "-q", "--prune=now");
      git(dir, "pack-refs", "--all");
      git(dir, "fetch", "-q", "origin");
      git(dir, "commit", "-q", "--allow-empty", "-m", `person ${commits++}`);
      await Bun.sleep(20); // The writers need some of the two cores.
    }
    await ended;
    expect((await errors).join("")).toBe("");

    const lines = (await outputs).flatMap(text => text.trim().split("\n"));
    expect(lines.length).toBe(PROCESSES * CHANGES);
    for (const line of lines) {
      const [id = "", value = ""] = line.split(" ");
      const bead = await first.get(id);
      expect([bead?.title, ...(bead?.comments ?? []).map(comment => comment.text)]).toContain(value);
    }
    expect(await first.verifyIndex()).toEqual([]);
    await first.close();
    fsck(dir);
    expect(git(dir, "status", "--porcelain")).toBe(status);
    expect(Buffer.compare(readFileSync(join(dir, ".git", "index")), index)).toBe(0);
    expect(readFileSync(join(dir, ".git", "HEAD"), "utf8")).toBe(head);
    expect(git(dir, "log", "--merges", "--oneline", "beads")).toBe("");
    expect(Number(git(dir, "rev-list", "--count", "main"))).toBe(commits + 1);
  },
  60_000 * ROUNDS,
);
