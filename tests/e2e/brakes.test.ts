/** `gt estop` and `gt thaw` against a town with real processes: all stand still at once, say so, go on, and lose nothing. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Playground, playground, processesUnder, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);

let place: Playground;
let town: string;
let env: Record<string, string>;

beforeAll(async () => {
  place = playground("brakes");
  town = join(place.dir, "town");
  env = { GASTOWN_TOWN: town };
  const remote = await seededRemote(place);
  const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"], { env });
  await until("the town is up", () => /^\{.*\}$/m.test(up.output()));
  await gt("rig", "add", "web", remote, "--prefix", "web", "--agent", "script");
});

afterAll(async () => {
  await gt("thaw");
  await gt("stop", "--agents");
  const left = processesUnder(town);
  await place[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

const gt = (...args: string[]) => place.run(["gt", ...args], { env });
const json = async (...args: string[]) => {
  const { stdout, stderr } = await gt(...args, "--json");
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
};
/** Steps that a script has done so far, one line each, in its worktree; none once that is gone. */
const ticks = (agent: string): number => {
  const file = join(town, "agents", agent, "home/ticks");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
};
const agents = async (): Promise<{ id: string; bead?: string; frozen?: string; state: string }[]> =>
  await json("agents", "--rig", "web");

/** Works on in small steps until the test lets it come to its end. */
const work = (name: string) =>
  `~~~sh\nuntil [ -e "$HOME/go" ]; do echo tick >> "$HOME/ticks"; sleep 0.05; done\necho ${name} > ${name} && git add -A && git commit -qm ${name}\n~~~`;

describeWith("isolation", "the emergency stop", () => {
  test("freezes every agent where it is, shows it, starts nothing; thawed they go on and their work is merged", async () => {
    const ids: string[] = [];
    for (const name of ["one", "two"]) {
      const { id } = await json("bead", "create", name, "--rig", "web", "--description", work(name));
      ids.push(id);
    }
    await gt("sling", ...ids);
    const names = await until("both are at work", async () => {
      const busy = (await agents()).filter(({ bead }) => bead !== undefined).map(({ id }) => id);
      return busy.length === 2 && busy.every(id => ticks(id) > 2) && busy;
    });

    const stopped = await gt("estop", "--reason", "smoke in the kitchen");
    expect(stopped.code).toBe(0);
    for (const id of names) expect(stopped.stdout).toContain(id);
    await until("both are said to stand still", async () =>
      (await agents()).filter(({ id }) => names.includes(id)).every(({ frozen }) => frozen !== undefined),
    );
    const before = names.map(ticks);
    // Whoever still ran would have ticked a dozen times while these processes come and go.
    expect((await gt("status")).stdout).toContain("smoke in the kitchen");
    const explained = await gt("explain", names[0] ?? "");
    expect(explained.stdout).toContain("emergency stop");
    expect(names.map(ticks)).toEqual(before);

    const late = await json("bead", "create", "three", "--rig", "web", "--description", work("three"));
    await gt("sling", late.id);
    expect((await json("bead", "show", late.id)).bead.status).toBe("open");
    expect((await gt("explain", late.id)).stdout).toContain("emergency stop");
    expect(names.map(ticks)).toEqual(before);

    expect((await gt("thaw")).stdout).toContain("Everything goes on");
    await until("both go on where they stood", () =>
      names.every((id, index) => ticks(id) > (before[index] ?? 0)),
    );
    expect((await json("bead", "show", ids[0] ?? "")).bead.metadata.work.attempt).toBe(1);
    const go = async (id: string) => await Bun.write(join(town, "agents", id, "home/go"), "");
    for (const id of names) await go(id);
    const third = await until("the third is begun", async () =>
      (await agents()).find(({ bead }) => bead === late.id),
    );
    await go(third.id);
    for (const id of [...ids, late.id]) {
      const merged = await until(`${id} is merged`, async () => {
        const { bead } = await json("bead", "show", id);
        return bead.status === "closed" && bead;
      });
      expect(merged.metadata.work.attempt).toBe(1);
    }
    const log = await place.git(join(place.dir, "remote.git"), "log", "--format=%s", "main");
    for (const name of ["one", "two", "three"]) expect(log).toContain(name);
  });

  test("one agent alone stands still with --agent, and is stopped all the same when asked for", async () => {
    // Homes have what the runs before left there.
    for (const { id: known } of await agents())
      for (const left of ["go", "ticks"]) rmSync(join(town, "agents", known, "home", left), { force: true });
    const { id } = await json("bead", "create", "four", "--rig", "web", "--description", work("four"));
    await gt("sling", id, "--isolation", "process");
    const agent = await until("it is at work", async () => (await agents()).find(({ bead }) => bead === id));
    await until("it works", () => ticks(agent.id) > 2);
    expect((await gt("estop", "--agent", agent.id)).code).toBe(0);
    await until("it stands still", async () =>
      (await agents()).some(one => one.id === agent.id && one.frozen !== undefined),
    );
    const before = ticks(agent.id);
    expect((await gt("status")).code).toBe(0);
    expect(ticks(agent.id)).toBe(before);
    expect((await gt("stop-agent", agent.id)).code).toBe(0);
    await until(
      "the bead to be open again",
      async () => (await json("bead", "show", id)).bead.status === "open",
    );
    await gt("thaw", "--agent", agent.id);
  });
});

test("`gt ui` reaches whoever watches: an object of the town, or one clear error", async () => {
  const { id } = await json("bead", "create", "shown", "--rig", "web");
  const { url } = await json("status");
  const token = readFileSync(join(town, "secrets/owner-token"), "utf8").trim();
  // SAFETY: Bun takes headers here; the type is that of browsers.
  const options = { headers: { authorization: `Bearer ${token}` } } as never;
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/towns/town/socket`, options);
  const frames: { op: string; action?: string; id?: string; by?: string }[] = [];
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") frames.push(JSON.parse(data));
  });
  await until("the socket is open", () => socket.readyState === WebSocket.OPEN);
  socket.send(JSON.stringify({ op: "subscribe", since: 0 }));
  await until("the changes come", () => frames.some(({ op }) => op === "subscribed"));
  expect(await json("ui", "open-bead", id)).toEqual({ action: "open_bead", id });
  const shown = await until("it is shown", () => JSON.stringify(frames).includes("open_bead") && frames);
  expect(JSON.stringify(shown)).toContain(id);
  socket.close();
  const wrong = await gt("ui", "open-convoy", "web-nowhere");
  expect(wrong.code).not.toBe(0);
  expect(wrong.stderr.trim().split("\n").length).toBeLessThanOrEqual(3);
  expect(wrong.stderr).toContain("web-nowhere");
});
