/** Writers are killed at random moments: what they acknowledged is there, the repository is whole, the next command works. */
import { expect, test } from "bun:test";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";
import { fsck, git, ROUNDS, startChild, useFolders } from "./repository.ts";

const folder = useFolders();
const ports = bunStorePorts({ PATH: process.env.PATH });
const KILLS = 12 * ROUNDS;

test(
  "kill -9 loses nothing acknowledged",
  async () => {
    const dir = folder();
    git(dir, "init", "-q", "--bare");
    const first = await openStore({ gitDir: dir, prefix: "gt", create: true, ports });
    await first.close();
    const acknowledged = new Map<string, string>();
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startChild("writer.ts", [dir, `w${kill}`, "100000", "4"]);
      const lines: string[] = [];
      // The child is killed some commits after its first answer, at any point of a commit.
      const after = 1 + Math.floor(Math.random() * 30);
      let rest = "";
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        const parts = `${rest}${chunk}`.split("\n");
        rest = parts.pop() ?? "";
        lines.push(...parts);
        if (lines.length < after || child.killed) continue;
        await Bun.sleep(Math.random() * 8); // Not to wait for anything: the moment of the kill shall be random.
        child.kill("SIGKILL");
      }
      await child.exited;
      expect(await new Response(child.stderr).text()).toBe("");
      for (const line of lines) {
        const [id = "", value = ""] = line.split(" ");
        acknowledged.set(id, value);
      }
      const store = await openStore({ gitDir: dir, ports });
      for (const line of lines) {
        const [id = "", value = ""] = line.split(" ");
        const bead = await store.get(id);
        const known = [bead?.title, bead?.notes, ...(bead?.comments ?? []).map(comment => comment.text)];
        expect(known).toContain(value);
      }
      await store.transact({ actor: "next" }, tx => tx.create({ title: `after kill ${kill}` }));
      await store.close();
      if (kill % 4 === 3) fsck(dir);
    }
    fsck(dir);
    const store = await openStore({ gitDir: dir, ports });
    for (const id of acknowledged.keys()) expect(await store.get(id)).toBeDefined();
    expect(await store.verifyIndex()).toEqual([]);
    await store.close();
    expect(acknowledged.size).toBeGreaterThan(KILLS);
  },
  30_000 * ROUNDS,
);
