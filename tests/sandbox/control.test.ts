import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import WebSocket from "ws";
import { processStart } from "../../agent-sandbox/process/identity.ts";
import { sandboxClient, sandboxHeaders, unwrap } from "../../agent-sandbox/protocol/client.ts";
import { describeWith } from "../helpers/needs.ts";
import { blocks, makeTown, type Town, until } from "./town.ts";
import { openViewer } from "./viewer.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

const shell = (script: string) => ({ kind: "pty" as const, command: ["bash", "-c", script] });

describeWith("isolation", "control of a sandbox", () => {
  test("tells who and how it is, and refuses another generation", async () => {
    town = makeTown();
    const run = await town.start(town.workSpec({}, { driver: shell("echo ready; sleep 300") }));
    await run.event("started");
    const identity = JSON.parse(readFileSync(join(run.spec.dir, "identity.json"), "utf8"));
    expect(identity).toEqual({
      run_id: run.spec.run_id,
      container: "demo/sample/toast",
      generation: run.spec.generation,
      pid: run.pid,
      pid_start: processStart(run.pid),
    });
    const status = unwrap(await run.client.status.get());
    expect(status).toMatchObject({ identity, isolation: "process", exited: false, viewers: 0 });
    expect(statSync(run.spec.socket).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(run.spec.socket)).mode & 0o777).toBe(0o700);

    const stale = sandboxClient(run.spec.socket, run.spec.generation + 1);
    const refused = await stale.stop.post({ reason: "I am late", grace_ms: 0 });
    expect(refused.status).toBe(409);
    expect(() => unwrap(refused)).toThrow(expect.objectContaining({ code: "stale_generation" }));
    const socket = new WebSocket(`ws+unix:${run.spec.socket}:/terminal`, {
      headers: sandboxHeaders(run.spec.generation + 1),
    });
    await new Promise(resolve => socket.once("error", resolve));

    const malformed = await fetch("http://sandbox/stop", {
      unix: run.spec.socket,
      method: "POST",
      headers: { ...sandboxHeaders(run.spec.generation), "content-type": "application/json" },
      body: '{"reason":1}',
    });
    expect([malformed.status, await malformed.json()]).toMatchObject([400, { code: "invalid_argument" }]);
    const early = await run.client.shutdown.post({ seq: 99 });
    expect(() => unwrap(early)).toThrow(expect.objectContaining({ code: "precondition_failed" }));
    const second = await town.start(run.spec);
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toContain("already_exists");
    expect(unwrap(await run.client.status.get()).exited).toBe(false);
  });

  test("a stop snapshots, asks, kills, and says why", async () => {
    town = makeTown();
    const script = `trap 'echo asked >> asked.txt' TERM
      echo a > committed.txt; git add -A; git commit -qm a
      echo half-done > open.txt; echo ready
      while :; do sleep 0.1; done`;
    const run = await town.start(town.workSpec({}, { driver: shell(script) }));
    await until("the agent is at work", () => run.recording().includes("ready"));
    unwrap(await run.client.stop.post({ reason: "a person said so", grace_ms: 500 }));
    const exited = await run.event("exited");
    expect(exited).toMatchObject({ ok: false, reason: "a person said so", code: null });
    const snapshots = run.events().filter(event => event.type === "snapshot");
    const last = snapshots.at(-1);
    expect(last?.ref).toBe("refs/gastown/wip/gt-1/1");
    expect(town.git(town.repo, "show", `${last?.commit}:open.txt`)).toBe("half-done");
    expect(town.git(town.repo, "show", `${last?.commit}:asked.txt`)).toBe("asked");
    expect(town.git(town.repo, "rev-parse", "refs/gastown/wip/gt-1/1")).toBe(last?.commit ?? "");
    // The branch and the files are as the agent left them.
    expect(town.git(run.spec.job.worktree, "status", "--porcelain")).toContain("?? open.txt");
    expect(town.git(town.repo, "log", "-1", "--format=%s", "polecat/toast/gt-1")).toBe("a");
  });

  test("a run that outlasts its limit is stopped", async () => {
    town = makeTown();
    const limits = { wall_s: 1, recording_bytes: 1_000_000, scrollback_lines: 100 };
    const run = await town.start(town.workSpec({}, { driver: shell("sleep 300"), limits }));
    expect(await run.event("exited")).toMatchObject({ ok: false, error_code: "deadline_exceeded" });
  });

  test("stays until its events were read, then goes with its socket", async () => {
    town = makeTown();
    const run = await town.start(
      town.workSpec({ bead: { id: "gt-1", title: "t", description: blocks("true") } }),
    );
    const exited = await run.event("exited");
    expect(exited).toMatchObject({ ok: false, reason: "no_submission", error_code: "precondition_failed" });
    await until("the run is over", async () => unwrap(await run.client.status.get()).exited);
    const unread = await run.client.shutdown.post({ seq: exited.seq - 1 });
    expect(() => unwrap(unread)).toThrow(expect.objectContaining({ code: "precondition_failed" }));
    const late = await openViewer(run.spec);
    await until("a late viewer is told the end", () => late.frames.some(frame => frame.type === "ended"));
    expect(late.frames[0]).toMatchObject({ type: "attached", live: false });
    unwrap(await run.client.shutdown.post({ seq: exited.seq }));
    expect(await run.exited).toBe(0);
    expect(existsSync(run.spec.socket)).toBe(false);
    expect(existsSync(join(run.spec.dir, "terminal.cast"))).toBe(true);
  });

  test("goes by itself when nobody comes for its events", async () => {
    town = makeTown();
    const spec = town.workSpec({ bead: { id: "gt-1", title: "t", description: blocks("true") } });
    const run = await town.start(spec, { lingerMs: 50 });
    expect(await run.exited).toBe(0);
    expect(run.events().at(-1)?.type).toBe("exited");
  });

  test("kill -9 takes everything with it, and the next run goes on with events, files and branch", async () => {
    town = makeTown();
    const marker = `sleep 4343${process.pid}`;
    const script = `if [ -e half.txt ]; then git add -A; git commit -qm whole; exit 0; fi
      echo half > half.txt; trap '' HUP TERM; setsid ${marker} & ${marker} & echo ready; wait`;
    const spec = town.workSpec({}, { driver: shell(script) });
    const first = await town.start(spec);
    await until("the agent is at work", () => first.recording().includes("ready"));
    const admin = join(town.repo, "worktrees/toast");
    const listed = (): string => Bun.spawnSync(["ps", "-eo", "stat,args"]).stdout.toString();
    expect(listed()).toContain(marker);
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    await until("its programs are gone", () => !listed().includes(marker));
    await until("its bridges are gone", () => !listed().includes(`UNIX-LISTEN:${town.root}`));

    // What a crash may leave: a torn line, a stale lock.
    appendFileSync(join(spec.dir, "events.jsonl"), '{"seq":99,"type":"no');
    writeFileSync(join(admin, "index.lock"), "");
    const before = first.events().length;
    const second = await town.start({ ...spec, socket: `${spec.socket}2` });
    const submitted = await second.event("submitted");
    expect(town.git(town.remote, "show", `${submitted.head}:half.txt`)).toBe("half");
    const events = second.events();
    expect(events.map(event => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.length).toBeGreaterThan(before);
  });

  test("without isolation a guard takes everything along, also what made a session of its own", async () => {
    town = makeTown();
    const marker = `sleep 4444${process.pid}`;
    const script = `trap '' HUP TERM; setsid ${marker} & ${marker} & echo ready; wait`;
    const spec = town.workSpec({}, { driver: shell(script), isolation: "none", isolation_waived: true });
    const run = await town.start(spec);
    const listed = (): string => Bun.spawnSync(["ps", "-eo", "stat,args"]).stdout.toString();
    await until("both run", () => listed().split(marker).length >= 3);
    process.kill(run.pid, "SIGKILL");
    await until("both are gone", () => !listed().includes(marker));
  });

  test("events come over a socket from where one was", async () => {
    town = makeTown();
    const run = await town.start(town.workSpec({}, { driver: shell("sleep 300") }));
    await run.event("started");
    const seen: number[] = [];
    const socket = new WebSocket(`ws+unix:${run.spec.socket}:/events?after=1`, {
      headers: sandboxHeaders(run.spec.generation),
    });
    socket.on("message", (data: Buffer) => void seen.push(JSON.parse(data.toString()).seq));
    await new Promise(resolve => socket.once("open", resolve));
    unwrap(await run.client.stop.post({ reason: "enough", grace_ms: 0 }));
    const exited = await run.event("exited");
    await until("the last event came", () => seen.at(-1) === exited.seq);
    expect(seen).toEqual(seen.map((_, index) => index + 2));
    expect(unwrap(await run.client.events.get({ query: { after: exited.seq - 1 } })).events).toEqual([
      exited,
    ]);
    socket.close();
  });

  test("types into the program", async () => {
    town = makeTown();
    const run = await town.start(
      town.workSpec({}, { driver: shell('read -r line; echo "got <$line>"; sleep 300') }),
    );
    await run.event("started");
    unwrap(await run.client.input.post({ text: "hello", enter: true }));
    await until("the program answers", () => run.recording().includes("got <hello>"));
  });

  test("continues what a signal to the process interrupts: snapshot, then the end", async () => {
    town = makeTown();
    const run = await town.start(
      town.workSpec({}, { driver: shell("echo x > x.txt; echo ready; sleep 300") }),
    );
    await until("the agent is at work", () => run.recording().includes("ready"));
    process.kill(run.pid, "SIGTERM");
    expect(await run.exited).toBe(0);
    expect(run.events().map(event => event.type)).toContain("snapshot");
    expect(run.events().at(-1)).toMatchObject({ type: "exited", ok: false });
  });
});
