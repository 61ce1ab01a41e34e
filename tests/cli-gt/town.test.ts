/** A real town from the command line: start, refuse, add, sling, attach, stop. Bad input gives one clear error each. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Playground, playground, processesUnder, type Running, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(60_000);

let place: Playground;
let town: string;
let server: Running;
let remote: string;
let env: Record<string, string>;

beforeAll(async () => {
  place = playground("gt");
  town = join(place.dir, "town");
  env = { GASTOWN_TOWN: town };
  remote = await makeRemote("remote");
  server = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"], { env });
  await until("the town to answer", async () => (await place.run(["gt", "status"], { env })).code === 0);
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

const gt = (...words: string[]) => place.run(["gt", ...words], { env });

async function makeRemote(name: string): Promise<string> {
  const seed = join(place.dir, `${name}-seed`);
  const bare = join(place.dir, `${name}.git`);
  mkdirSync(seed);
  writeFileSync(join(seed, "README.md"), "# Sample\n");
  const as = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  await place.git(seed, "init", "-q", "-b", "main");
  await place.git(seed, "add", ".");
  await place.git(seed, ...as, "commit", "-q", "-m", "Start");
  await place.git(place.dir, "clone", "-q", "--bare", seed, bare);
  return bare;
}

/** No stack, no more than three lines, the words that matter. */
function expectOneError(
  ended: { code: number; stdout: string; stderr: string },
  code: number,
  ...words: string[]
) {
  expect(ended.stderr).not.toContain("    at ");
  expect(ended.stderr.trim().split("\n").length).toBeLessThanOrEqual(3);
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(ended.code).toBe(code);
}

describe("starting", () => {
  test("prints one object, and keeps its secrets to its owner", () => {
    const [line = ""] = server.output().trim().split("\n");
    const started = JSON.parse(line);
    expect(started).toMatchObject({ dir: town, town: "town", pid: server.pid });
    expect(started.sign_in_url).toStartWith(`${started.url}/?token=`);
    expect(statSync(join(town, "secrets")).mode & 0o777).toBe(0o700);
    for (const name of ["owner-token", "signing-key"]) {
      expect(statSync(join(town, "secrets", name)).mode & 0o777).toBe(0o600);
    }
    const arguments_ = readFileSync(`/proc/${server.pid}/cmdline`, "utf8");
    expect(arguments_).not.toContain(readFileSync(join(town, "secrets", "owner-token"), "utf8").trim());
  });

  test("a second time in the same town is refused, with the process and the address", async () => {
    const url = JSON.parse(readFileSync(join(town, "run", "gateway.json"), "utf8")).url;
    expectOneError(await place.run(["gt", "start", "--dir", town]), 5, String(server.pid), url, "gt stop");
    expect((await gt("status")).code).toBe(0);
  });

  test("on a port that is taken is refused, and leaves nothing locked", async () => {
    const { port } = new URL(JSON.parse(readFileSync(join(town, "run", "gateway.json"), "utf8")).url);
    const other = join(place.dir, "other");
    expectOneError(
      await place.run(["gt", "start", "--dir", other, "--port", port]),
      5,
      `Port ${port}`,
      "--port",
    );
    expect(existsSync(join(other, "run", "gateway.json"))).toBe(false);
    expect(existsSync(join(other, "run", "lock"))).toBe(false);
  });

  test("in a folder with other things is refused", async () => {
    const foreign = join(place.dir, "foreign");
    mkdirSync(foreign);
    writeFileSync(join(foreign, "thesis.txt"), "all my work");
    expectOneError(await place.run(["gt", "start", "--dir", foreign]), 2, "thesis.txt");
    expect(existsSync(join(foreign, "town.json"))).toBe(false);
  });
});

describe("rigs", () => {
  test("that cannot be cloned leave nothing", async () => {
    expectOneError(
      await gt("rig", "add", "gone", join(place.dir, "nowhere.git"), "--prefix", "gone"),
      4,
      "nowhere.git",
    );
    expect(JSON.parse((await gt("rig", "list", "--json")).stdout)).toEqual([]);
    expect(existsSync(join(town, "rigs", "gone.git"))).toBe(false);
    // The name is free again.
    expect((await gt("rig", "add", "gone", await makeRemote("found"), "--prefix", "gone")).code).toBe(0);
  });

  test("are refused under a taken name or prefix, and with a name that is none", async () => {
    expect((await gt("rig", "add", "web", remote, "--prefix", "web")).code).toBe(0);
    expectOneError(
      await gt("rig", "add", "web", join(place.dir, "found.git"), "--prefix", "other"),
      5,
      "web",
    );
    expectOneError(
      await gt("rig", "add", "second", join(place.dir, "found.git"), "--prefix", "web"),
      5,
      "web",
    );
    expectOneError(await gt("rig", "add", "Bad Name", remote), 2, "name");
  });

  test("that are unknown are named", async () => {
    expectOneError(await gt("bead", "create", "x", "--rig", "nothere"), 4, "nothere");
    expectOneError(await gt("sling", "web-zzz"), 4, "web-zzz");
  });
});

describeWith("isolation", "work", () => {
  const create = async (title: string, description: string): Promise<string> => {
    const ended = await gt("bead", "create", title, "--rig", "web", "-d", description, "--json");
    expect(ended.code).toBe(0);
    return JSON.parse(ended.stdout).id;
  };
  const bead = async (id: string) => JSON.parse((await gt("show", id, "--json")).stdout);

  test("an agent whose program is not there sends the bead back with the reason", async () => {
    const id = await create("No such agent", "Do it.");
    expect((await gt("sling", id, "--agent", "claude", "--program", "/no/such/claude")).code).toBe(0);
    const shown = await until("the attempt to fail", async () => {
      const view = await bead(id);
      return JSON.stringify(view.bead.comments ?? []).includes("/no/such/claude") ? view : undefined;
    });
    expect(shown.bead.status).not.toBe("closed");
    await gt("unsling", id);
  }, 60_000);

  test("attach shows a live terminal, types into it, and leaves it running", async () => {
    const id = await create("Talk", "Wait for a word.");
    const script = "read -r word; echo heard $word; sleep 60";
    expect((await gt("sling", id, "--isolation", "process", "--", "sh", "-c", script)).code).toBe(0);
    const agent = await until("an agent at work", async () => {
      const { stdout } = await gt("agents", "--rig", "web", "--json");
      return JSON.parse(stdout).find(
        (one: { bead?: string; state: string }) => one.bead === id && one.state === "working",
      );
    });
    const output: string[] = [];
    const decoder = new TextDecoder();
    const attached = Bun.spawn(
      [process.execPath, join(import.meta.dir, "../../runtime/cli/gastown.ts"), "gt", "attach", agent.id],
      {
        env: { ...env, HOME: place.home, PATH: process.env.PATH ?? "", TERM: "xterm" },
        terminal: {
          cols: 90,
          rows: 20,
          data: (_: unknown, bytes: Uint8Array) => void output.push(decoder.decode(bytes)),
        },
      },
    );
    await until("the terminal to be shown", () => output.join("").includes("\x1b[?1049h"));
    attached.terminal?.write("hello\r");
    await until("the answer", () => output.join("").includes("heard hello"), 20);
    attached.terminal?.write("\x1d");
    expect(await attached.exited).toBe(0);
    expect(output.join("")).toContain("\x1b[?1049l");
    expect(
      JSON.parse((await gt("agents", "--rig", "web", "--json")).stdout).find(
        (one: { id: string }) => one.id === agent.id,
      ),
    ).toMatchObject({ state: "working" });
    expect((await gt("stop-agent", agent.id)).code).toBe(0);
    await until("the bead to be open again", async () => (await bead(id)).bead.status === "open");
    // The recording stays.
    const replay = await gt("attach", agent.id);
    expect(replay.stdout).toContain("heard hello");
  }, 60_000);

  test("a convoy is planned, started, stranded, and lands wave by wave", async () => {
    await gt("rig", "add", "plan", remote, "--prefix", "pl", "--agent", "script");
    const step = (name: string) =>
      `\`\`\`sh\necho ${name} > ${name}.txt\ngit add ${name}.txt\ngit commit -q -m ${name}\n\`\`\``;
    const plan = {
      title: "Two steps",
      rig: "plan",
      tasks: [
        { key: "first", title: "First", description: step("first") },
        { key: "second", title: "Second", description: step("second"), depends_on: ["first"] },
      ],
    };
    const file = join(place.dir, "plan.json");
    writeFileSync(file, JSON.stringify(plan));
    const ring = { ...plan, tasks: [{ key: "first", title: "First", depends_on: ["first"] }] };
    writeFileSync(join(place.dir, "ring.json"), JSON.stringify(ring));
    expectOneError(await gt("convoy", "plan", join(place.dir, "ring.json")), 5, "first -> first");
    expectOneError(await gt("convoy", "plan", join(place.dir, "none.json")), 4, "cannot be read");

    const planned = JSON.parse((await gt("convoy", "plan", file, "--watch", "ben", "--json")).stdout);
    expect(planned).toMatchObject({ state: "staged", total: 2, watchers: ["ben"] });
    const shown = await gt("convoy", "show", planned.id);
    expect(shown.stdout).toMatch(/wave 1 .*First\n.*wave 2 .*Second\n.*gt convoy start/s);
    await gt("pause");
    await gt("convoy", "start", planned.id);
    await gt("unsling", planned.beads[0].id);
    expect((await gt("convoy", "show", planned.id)).stdout).toMatch(/stranded.*is not slung: gt sling/s);
    expect((await gt("convoy", "start", planned.id)).stdout).toContain("open");
    await gt("resume");
    await until("the convoy to land", async () => {
      const convoy = JSON.parse((await gt("convoy", "show", planned.id, "--json")).stdout);
      return convoy.state === "landed" && convoy.merged === 2;
    });
    expectOneError(await gt("convoy", "close", "pl-none"), 4, "pl-none");
  });

  test("a gate that never ends is ended by its limit, and the bead comes back with its output", async () => {
    await gt("rig", "set", "web", "--gate", "slow=echo began; sleep 1000", "--gate-timeout", "2");
    const id = await create("Slow gate", "```sh\necho x > x.txt\ngit add x.txt\ngit commit -q -m x\n```");
    await gt("sling", id, "--agent", "script");
    const view = await until(
      "the gate to be ended",
      async () => {
        const now = await bead(id);
        return JSON.stringify(now.bead.comments ?? []).includes("slow") ? now : undefined;
      },
      60,
    );
    expect(JSON.stringify(view.bead.comments)).toContain("began");
    expect(view.bead.status).not.toBe("closed");
    await gt("unsling", id);
    await gt("bead", "close", id);
  }, 90_000);
});

test("stop with the agents leaves nothing running", async () => {
  expect((await gt("stop", "--agents")).code).toBe(0);
  expect(await server.exited).toBe(0);
  expect(await gt("status")).toMatchObject({ code: 3 });
  await until("all processes to be gone", () => processesUnder(place.dir).length === 0, 10);
});
