/** Bad luck of the machine: a full disk, a killed town, no isolation, a remote that is away, and a stop in the middle. */
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inPlayground, type Playground, processesUnder, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";

const WORK = "```sh\necho z > z; git add z; git commit -qm z\n```";

/** A town with a rig `web`, and what these tests do with it. */
async function townIn(place: Playground, env: Readonly<Record<string, string>> = {}) {
  const town = join(place.dir, "town");
  const remote = join(place.dir, "remote.git");
  await place.git(place.dir, "init", "-q", "--bare", "-b", "main", remote);
  const seed = join(place.dir, "seed");
  await place.git(place.dir, "init", "-q", "-b", "main", seed);
  const who = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
  await place.git(seed, ...who, "commit", "-q", "--allow-empty", "-m", "one");
  await place.git(seed, "push", "-q", remote, "main");
  const gt = (...args: string[]) => place.run(["gt", ...args], { env: { GASTOWN_TOWN: town, ...env } });
  const start = async () => {
    const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"], { env });
    await until("the town is up", () => /^\{.*\}$/m.test(up.output()));
    return up;
  };
  const bead = async (description: string): Promise<string> => {
    const made = await gt("bead", "create", "x", "--rig", "web", "--description", description, "--json");
    return JSON.parse(made.stdout).id;
  };
  const show = async (id: string) => JSON.parse((await gt("bead", "show", id, "--json")).stdout).bead;
  const status = (id: string, wanted: string, seconds = 40) =>
    until(
      `${id} is ${wanted}`,
      async () => {
        const found = await show(id);
        return found.status === wanted && found;
      },
      seconds,
    );
  return { town, remote, gt, start, bead, show, status };
}

/** Holds an agent in the middle of its work until a file is there. */
function waitingFor(file: string): string {
  return `\`\`\`sh\nuntil [ -e ${file} ]; do sleep 0.1; done\nrm ${file}\necho z > z; git add z; git commit -qm z\n\`\`\``;
}

describeWith("isolation", "a town that ends while agents work", () => {
  test(
    "kill -9, and a start again that adopts the running sandbox",
    () =>
      inPlayground("killed", async place => {
        const { town, gt, start, bead, show, status } = await townIn(place);
        const first = await start();
        await gt("rig", "add", "web", join(place.dir, "remote.git"), "--prefix", "web");
        const id = await bead(waitingFor(".go"));
        await gt("sling", id, "--agent", "script");
        await status(id, "in_progress");
        first.kill("SIGKILL");
        await first.exited;
        expect(processesUnder(town)).not.toEqual([]);
        const down = await gt("bead", "list", "--json");
        expect(down.code).toBe(3);
        expect(JSON.parse(down.stderr).error).toMatchObject({ code: "unavailable" });
        await start();
        expect((await show(id)).status).toBe("in_progress");
        writeFileSync(join(town, "worktrees/web/toast/.go"), "");
        const closed = await status(id, "closed");
        expect(closed.metadata.work.attempts).toHaveLength(1);
        await gt("stop", "--agents");
        expect(processesUnder(town)).toEqual([]);
      }),
    90_000,
  );

  test(
    "gt stop --agents, and a start again that goes on at once, counting nothing",
    () =>
      inPlayground("stopped", async place => {
        const { town, gt, start, bead, status } = await townIn(place);
        const first = await start();
        await gt("rig", "add", "web", join(place.dir, "remote.git"), "--prefix", "web");
        const id = await bead(waitingFor(join(place.dir, "go")));
        await gt("sling", id, "--agent", "script", "--isolation", "none");
        await status(id, "in_progress");
        expect((await gt("stop", "--agents")).code).toBe(0);
        expect(await first.exited).toBe(0);
        expect(processesUnder(town)).toEqual([]);
        writeFileSync(join(place.dir, "go"), "");
        await start();
        const closed = await status(id, "closed");
        expect(closed.metadata.work).toMatchObject({
          tries: 1,
          attempts: [{ outcome: "stopped" }, { outcome: "merged" }],
        });
        expect(closed.metadata.work.last_failure).toBeUndefined();
        await gt("stop", "--agents");
      }),
    90_000,
  );
});

describeWith("isolation", "a remote that goes away", () => {
  test(
    "in the middle of a merge: the merge waits, and is made when the remote is back",
    () =>
      inPlayground("away", async place => {
        const { remote, gt, start, bead, status } = await townIn(place);
        await start();
        await gt("rig", "add", "web", remote, "--prefix", "web", "--gate", "slow=sleep 3");
        const id = await bead(WORK);
        await gt("sling", id, "--agent", "script");
        await status(id, "in_review");
        renameSync(remote, `${remote}.away`);
        const words = await until("the failure is told", async () => {
          const { stdout } = await gt("feed", "--json");
          return stdout.includes("does not appear to be a git repository") && stdout;
        });
        expect(words).toContain(remote);
        await status(id, "in_review");
        renameSync(`${remote}.away`, remote);
        await status(id, "closed", 75);
        const log = await place.git(remote, "log", "--merges", "--format=%s", "main");
        expect(log.trim().split("\n")).toHaveLength(1);
        await gt("stop", "--agents");
      }),
    120_000,
  );
});

describe("a machine without isolation", () => {
  test(
    "the demo runs its own script and says so in red; an agent is refused until it is waived in words",
    () =>
      inPlayground("bare", async place => {
        const bin = join(place.dir, "bin");
        mkdirSync(bin);
        const programs = new Map([["bun", process.execPath]]);
        for (const folder of ["/usr/bin", "/bin"]) {
          for (const name of existsSync(folder) ? readdirSync(folder) : [])
            programs.set(name, join(folder, name));
        }
        for (const name of ["bwrap", "gemini"]) programs.delete(name);
        for (const [name, path] of programs) symlinkSync(path, join(bin, name));
        const gemini = join(bin, "gemini");
        writeFileSync(gemini, "#!/bin/sh\necho ran > gemini-ran\n");
        chmodSync(gemini, 0o755);
        const env = { PATH: bin, FORCE_COLOR: "1" };
        const demo = await place.run(["demo", "--dir", join(place.dir, "demo"), "--exit", "--json"], { env });
        expect(demo.code).toBe(0);
        expect(JSON.parse(demo.stdout)).toMatchObject({ merged: 8, isolation: "none" });
        expect(demo.stderr).toContain("\u001b[31mNOT ISOLATED");
        expect(demo.stderr).toContain("bwrap");

        const { town, remote, gt, start, bead, status, show } = await townIn(place, { PATH: bin });
        await start();
        await gt("rig", "add", "web", remote, "--prefix", "web");
        const refused = await bead("x");
        await gt("sling", refused, "--agent", "gemini");
        const { text } = (await status(refused, "failed")).metadata.work.last_failure;
        expect(text).toContain("bwrap");
        expect(text).toContain("--isolation none");
        const waived = await bead("x");
        await gt("sling", waived, "--agent", "gemini", "--isolation", "none");
        await until("the waived agent ran", async () => (await show(waived)).metadata.work.last_failure);
        expect(existsSync(join(town, "worktrees/web/toast/gemini-ran"))).toBe(true);
        await gt("stop", "--agents");
      }),
    90_000,
  );
});

/** A file system of one's own is root's to mount; elsewhere the test is left out, with the reason in its name. */
const canMount = process.platform === "linux" && (await mounts());

async function mounts(): Promise<boolean> {
  const probe = Bun.spawn(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  return (await probe.exited) === 0;
}

describe("a full disk", () => {
  test.skipIf(!canMount)(
    "is told as one, and goes on when there is room again (skipped where nothing may be mounted)",
    () =>
      inPlayground("full", async place => {
        const disk = join(place.dir, "town");
        mkdirSync(disk);
        const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
        expect(mounted.exitCode).toBe(0);
        try {
          const { remote, gt, start, bead } = await townIn(place);
          const up = await start();
          expect((await gt("rig", "add", "web", remote, "--prefix", "web")).code).toBe(0);
          const before = await bead("before");
          const filler = join(disk, "log/filler");
          Bun.spawnSync(["dd", "if=/dev/zero", `of=${filler}`, "bs=4k"], { stderr: "ignore" });
          const full = await gt("bead", "create", "no room", "--rig", "web", "--json");
          expect(full.code).toBe(1);
          const { error } = JSON.parse(full.stderr);
          expect(error.code).toBe("storage_full");
          expect(error.hint).toBeString();
          const rig = await gt("rig", "add", "second", remote, "--prefix", "two", "--json");
          expect(JSON.parse(rig.stderr).error.code).toBe("storage_full");
          expect(readdirSync(join(disk, "rigs"))).toEqual(["web.git"]);
          Bun.spawnSync(["rm", filler]);
          const after = await until("there is room again", async () => {
            const made = await gt("bead", "create", "room", "--rig", "web", "--json");
            return made.code === 0 && JSON.parse(made.stdout).id;
          });
          const list = JSON.parse((await gt("bead", "list", "--json")).stdout).map(
            (one: { id: string }) => one.id,
          );
          expect(list.toSorted()).toEqual([before, after].toSorted());
          await gt("stop", "--agents");
          expect(await up.exited).toBe(0);
          await place.git(join(disk, "rigs/web.git"), "fsck", "--strict");
        } finally {
          for (const pid of processesUnder(disk)) process.kill(pid, "SIGKILL");
          Bun.spawnSync(["umount", "--lazy", disk]);
        }
      }),
    90_000,
  );
});
