/**
 * `bd` processes write at once, in a repository in which git collects garbage, packs refs and fetches and a person commits:
 * nothing that was acknowledged is lost, and HEAD, index and work tree stay as they are.
 * The full run (`npm run soak`): fifty at once for a minute.
 */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { record, records } from "../cli-bd/bd.ts";
import { fsck, git, useFolders } from "../store/repository.ts";
import { answerOf, FULL, runBd, tell } from "./commands.ts";

const folder = useFolders();
/** Processes at once. */
const LANES = FULL ? 50 : 6;
const FULL_MS = 60_000;
/** Commands of each lane in the small share. */
const COMMANDS = 8;

interface Known {
  title: string;
  closed: boolean;
  readonly labels: Set<string>;
  readonly comments: Set<string>;
}

/** Runs git while the writers go on. */
async function gitBeside(cwd: string, ...args: string[]): Promise<void> {
  const child = Bun.spawn(["git", ...args], {
    cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: cwd,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Person",
      GIT_AUTHOR_EMAIL: "person@example.org",
      GIT_COMMITTER_NAME: "Person",
      GIT_COMMITTER_EMAIL: "person@example.org",
    },
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`git ${args.join(" ")}: ${said}`);
}

test(
  "bd processes beside git lose nothing, and leave HEAD, index and work tree alone",
  async () => {
    const root = folder();
    const dir = join(root, "work");
    const home = join(root, "home");
    mkdirSync(dir);
    mkdirSync(home);
    git(dir, "init", "-q", "-b", "main");
    git(dir, "config", "gc.auto", "0"); // Only the test's own `git gc`, none in the background.
    writeFileSync(join(dir, "code.txt"), "one\n");
    git(dir, "add", "code.txt");
    git(dir, "commit", "-q", "-m", "first");
    git(root, "clone", "-q", "--bare", dir, "remote.git");
    git(dir, "remote", "add", "origin", join(root, "remote.git"));
    const options = (actor: string) => ({ cwd: dir, home, actor });
    expect((await runBd(["init", "--prefix", "gt", "--quiet"], options("ada"))).code).toBe(0);
    writeFileSync(join(dir, "code.txt"), "not committed\n");
    const status = git(dir, "status", "--porcelain");
    const index = readFileSync(join(dir, ".git", "index"));
    const head = readFileSync(join(dir, ".git", "HEAD"), "utf8");

    const known = new Map<string, Known>();
    let acknowledged = 0;
    const end = Date.now() + FULL_MS;
    const lane = async (number: number): Promise<void> => {
      const actor = `lane${number}`;
      const must = async (...args: string[]): Promise<unknown> => {
        const ended = await runBd([...args, "--json"], options(actor));
        if (ended.code !== 0) throw new Error(`bd ${args.join(" ")}: ${ended.code} ${ended.stderr}`);
        acknowledged++;
        return answerOf(ended);
      };
      let id = "";
      for (let round = 0; FULL ? Date.now() < end : round < COMMANDS; round++) {
        const bead = known.get(id);
        const step = round % COMMANDS;
        if (bead === undefined || step === 0) {
          const title = `${actor} ${round}`;
          id = String(record(await must("create", title)).id);
          known.set(id, { title, closed: false, labels: new Set(), comments: new Set() });
        } else if (step === 7) {
          await must("close", id);
          bead.closed = true;
        } else if (step % 3 === 0) {
          await must("update", id, "--title", `${actor} ${round}`);
          bead.title = `${actor} ${round}`;
        } else if (step % 3 === 1) {
          await must("comments", "add", id, `says ${round}`);
          bead.comments.add(`says ${round}`);
        } else {
          await must("label", "add", id, `l${round}`);
          bead.labels.add(`l${round}`);
        }
      }
    };
    let running = true;
    const lanes = Promise.all(Array.from({ length: LANES }, (_, number) => lane(number))).finally(() => {
      running = false;
    });
    let commits = 0;
    while (running) {
      await gitBeside(dir, "gc", "-q", "--prune=now");
      await gitBeside(dir, "pack-refs", "--all");
      await gitBeside(dir, "fetch", "-q", "origin");
      await gitBeside(dir, "commit", "-q", "--allow-empty", "-m", `person ${commits++}`);
      await Bun.sleep(20); // The writers need some of the two cores.
    }
    await lanes;

    const shown = await runBd(["export"], options("ada"));
    expect(shown.code).toBe(0);
    const beads = new Map(
      shown.stdout
        .split("\n")
        .filter(line => line.includes('"id"'))
        .map(line => record(JSON.parse(line)))
        .map(bead => [String(bead.id), bead]),
    );
    expect(beads.size).toBe(known.size);
    for (const [id, wanted] of known) {
      const bead = beads.get(id) ?? {};
      expect(bead.title).toBe(wanted.title);
      expect(bead.status === "closed").toBe(wanted.closed);
      expect(new Set(Array.isArray(bead.labels) ? bead.labels : [])).toEqual(wanted.labels);
      const comments = bead.comments === undefined ? [] : records(bead.comments);
      expect(new Set(comments.map(comment => String(comment.text)))).toEqual(wanted.comments);
    }
    const doctor = answerOf(await runBd(["doctor", "--json"], options("ada")));
    expect(record(doctor)).toMatchObject({ overall_ok: true });
    fsck(dir);
    expect(git(dir, "status", "--porcelain")).toBe(status);
    expect(Buffer.compare(readFileSync(join(dir, ".git", "index")), index)).toBe(0);
    expect(readFileSync(join(dir, ".git", "HEAD"), "utf8")).toBe(head);
    expect(readFileSync(join(dir, "code.txt"), "utf8")).toBe("not committed\n");
    expect(git(dir, "log", "--merges", "--oneline", "beads")).toBe("");
    expect(Number(git(dir, "rev-list", "--count", "main"))).toBe(commits + 1);
    tell(
      `${LANES} processes at once: ${acknowledged} changes acknowledged on ${known.size} beads, beside ${commits} rounds of git`,
    );
  },
  FULL ? 900_000 : 180_000,
);
