import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../../actors/kernel/clock.ts";
import { noopLogger } from "../../../../actors/kernel/logger.ts";
import { type SandboxSpec, sandboxSpecSchema } from "../../../../agent-sandbox/protocol/spec.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { bootId, isAlive, statFields } from "../process/identity.ts";
import { TaskSupervisor } from "../supervision/tasks.ts";
import { createSandboxPort, type SandboxPort, type SandboxPortOptions } from "./port.ts";
import { readLaunch } from "./records.ts";

const NAME = "demo/sample/toast";
const SELF = [process.execPath, join(import.meta.dir, "../testing/fake-sandbox.ts")];

let dir: string;
const hosts: Host[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gt-sb-"));
});
afterEach(async () => {
  for (const host of hosts.splice(0)) {
    for (const run of host.port.runs.all()) await host.port.runs.kill(run);
    await host.supervisor.stop();
  }
  for (const generation of [1, 2, 3]) {
    const launch = readLaunch(join(dir, "runs", String(generation)));
    if (launch?.pid !== undefined && isAlive(launch.pid, launch.pid_start ?? ""))
      process.kill(launch.pid, "SIGKILL");
  }
  rmSync(dir, { recursive: true, force: true });
});

interface Heard {
  readonly method: string;
  readonly args: {
    run_id: string;
    generation: number;
    event?: { seq: number; type: string };
    reason?: string;
    error_code?: string;
  };
}

interface Host {
  readonly port: SandboxPort;
  readonly supervisor: TaskSupervisor;
  readonly heard: Heard[];
  /** Thrown by the container actor instead of taking the next messages. */
  readonly refusals: AppError[];
  call(method: string, args: unknown): Promise<unknown>;
  /** Forgets everything, as a host that dies does; the processes live on. */
  die(): Promise<void>;
}

function makeHost(over: Partial<SandboxPortOptions> = {}): Host {
  const heard: Heard[] = [];
  const refusals: AppError[] = [];
  const supervisor = new TaskSupervisor({ name: "sandboxes", clock: systemClock, log: noopLogger });
  const port = createSandboxPort({
    directory: {
      async call(to, method, args) {
        expect(to).toEqual({ kind: "container", name: NAME });
        const refusal = refusals.shift();
        if (refusal !== undefined) throw refusal;
        heard.push({ method, args: args as Heard["args"] });
        return null;
      },
      watch: () => () => undefined,
    },
    supervisor,
    self: SELF,
    env: { PATH: process.env.PATH },
    boot: bootId(),
    secrets: async spec => ({
      agent_token: `token of ${spec.run_id}`,
      gateway_url: "http://127.0.0.1:1",
      env: { KEY: "a secret" },
    }),
    now: () => new Date(),
    log: noopLogger,
    ...over,
  });
  const host: Host = {
    port,
    supervisor,
    heard,
    refusals,
    call: (method, args) => port.call(NAME, method, args, { chain: [], deadline: Date.now() + 60_000 }),
    die: () => supervisor.stop(),
  };
  hosts.push(host);
  return host;
}

function makeSpec(generation = 1, fake = "hang", over: Record<string, unknown> = {}): SandboxSpec {
  return sandboxSpecSchema.parse({
    v: 1,
    run_id: `run-${generation}-${fake}-${dir.slice(-6)}`,
    town: "demo",
    container: NAME,
    generation,
    agent: { name: "toast", role: "polecat", rig: "sample" },
    job: {
      kind: "work",
      bead: { id: "gt-1", title: "x" },
      attempt: 1,
      repo: join(dir, "repo.git"),
      worktree: join(dir, "tree"),
      branch: "b",
    },
    driver: { kind: "script" },
    isolation: "none",
    env: { FAKE: fake },
    dir: join(dir, "runs", String(generation)),
    socket: join(dir, `${generation}.sock`),
    home: join(dir, "home"),
    ...over,
  });
}

/** Polls, since the process under test works on its own. */
async function until(why: string, check: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!check()) {
    if (Date.now() > end) throw new Error(`Waited for nothing: ${why}`);
    await Bun.sleep(10);
  }
}

const kinds = (host: Host) => host.heard.map(({ method, args }) => args.event?.type ?? method);
const adoptArgs = (spec: SandboxSpec, after_seq: number) => ({
  run_id: spec.run_id,
  generation: spec.generation,
  dir: spec.dir,
  socket: spec.socket,
  after_seq,
});
const lines = (spec: SandboxSpec, file: string) =>
  readFileSync(join(spec.dir, file), "utf8")
    .trim()
    .split("\n")
    .map(line => JSON.parse(line));

describe("start", () => {
  test("runs in a session of its own, with secrets on standard input only", async () => {
    const host = makeHost();
    const spec = makeSpec();
    const answer = (await host.call("start", { spec })) as { pid: number };
    const fields = statFields(answer.pid);
    if (process.platform === "linux") expect(fields?.[3]).toBe(String(answer.pid));
    const [seen] = lines(spec, "secrets-seen");
    expect(seen.token).toBe(`token of ${spec.run_id}`);
    expect(seen.argv).toEqual(["sandbox", join(spec.dir, "spec.json")]);
    const onDisk = ["spec.json", "launch.json", "identity.json", "sandbox.log"].map(file =>
      readFileSync(join(spec.dir, file), "utf8"),
    );
    for (const text of onDisk) expect(text).not.toContain("secret");
    if (process.platform === "linux") {
      expect(readFileSync(`/proc/${answer.pid}/environ`, "utf8")).not.toContain("token of");
    }
    await until("the first event comes", () => host.heard.length === 1);
    expect(host.heard[0]).toMatchObject({
      method: "sandboxEvent",
      args: { run_id: spec.run_id, generation: 1, event: { seq: 1, type: "started" } },
    });
  });

  test("twice is once", async () => {
    const host = makeHost();
    const spec = makeSpec();
    const [one, two] = (await Promise.all([host.call("start", { spec }), host.call("start", { spec })])) as {
      pid: number;
      adopted: boolean;
    }[];
    expect(one!.pid).toBe(two!.pid);
    expect([one!.adopted, two!.adopted]).toEqual([false, true]);
    expect(lines(spec, "secrets-seen")).toHaveLength(1);
  });

  test("a later generation ends the one before; an earlier one is refused", async () => {
    const host = makeHost();
    const first = makeSpec(1);
    const { pid } = (await host.call("start", { spec: first })) as { pid: number };
    const start = readLaunch(first.dir)?.pid_start ?? "";
    await host.call("start", { spec: makeSpec(2) });
    expect(isAlive(pid, start)).toBe(false);
    await expect(host.call("start", { spec: first })).rejects.toMatchObject({ code: "stale_generation" });
  });

  test("an earlier run that a dead host left is ended first", async () => {
    const before = makeHost();
    const first = makeSpec(1);
    const { pid } = (await before.call("start", { spec: first })) as { pid: number };
    await before.die();
    const start = readLaunch(first.dir)?.pid_start ?? "";
    expect(isAlive(pid, start)).toBe(true);
    const after = makeHost();
    await after.call("start", { spec: makeSpec(2) });
    expect(isAlive(pid, start)).toBe(false);
    await expect(makeHost().call("start", { spec: makeSpec(1, "work") })).rejects.toMatchObject({
      code: "stale_generation",
    });
  });

  test("a program that is not there is named, and nothing is half-made", async () => {
    const host = makeHost({ self: ["/nowhere/gastown"] });
    const spec = makeSpec();
    const error = await host.call("start", { spec }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "command_not_found" });
    expect(String(error)).toContain("/nowhere/gastown");
    expect(existsSync(join(spec.dir, "launch.json"))).toBe(false);
    const fixed = makeHost();
    expect(await fixed.call("start", { spec })).toMatchObject({ adopted: false });
  });

  test("a process that dies at once is lost, with its last words", async () => {
    const host = makeHost();
    await host.call("start", { spec: makeSpec(1, "die") });
    await until("the loss is told", () => host.heard.length > 0);
    expect(kinds(host)).toEqual(["sandboxLost"]);
    expect(host.heard[0]!.args.reason).toContain("exit code 3");
    expect(host.heard[0]!.args.reason).toContain("the disk is on fire");
  });

  test("arguments are checked", async () => {
    const host = makeHost();
    await expect(host.call("start", { spec: { v: 2 } })).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(host.call("explode", {})).rejects.toMatchObject({ code: "method_not_allowed" });
  });
});

describe("events", () => {
  test("come in order, up to the last one, and no loss is told after it", async () => {
    const host = makeHost();
    const spec = makeSpec(1, "work");
    await host.call("start", { spec });
    await until("the end is told", () => kinds(host).includes("exited"));
    expect(host.heard.map(({ args }) => args.event?.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await host.call("release", { run_id: spec.run_id, generation: 1, dir: spec.dir, seq: 7 });
    expect(existsSync(spec.socket)).toBe(false);
    expect(kinds(host)).not.toContain("sandboxLost");
    expect(lines(spec, "requests").at(-1)).toEqual({ path: "/shutdown", body: { seq: 7 } });
  });

  test("are told again until the actor takes them", async () => {
    const host = makeHost();
    host.refusals.push(
      new AppError("overloaded", "later", { retryable: true }),
      new AppError("internal", "broken"),
      new AppError("storage_full", "full"),
    );
    await host.call("start", { spec: makeSpec(1, "work") });
    await until("the end is told", () => kinds(host).includes("exited"));
    expect(host.heard.map(({ args }) => args.event?.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("all come again to an actor that misses some", async () => {
    const host = makeHost();
    const spec = makeSpec(1, "work");
    await host.call("start", { spec });
    await until("the end is told", () => kinds(host).includes("exited"));
    await host.die();
    const after = makeHost();
    after.refusals.push(new AppError("precondition_failed", "a gap"));
    await after.call("adopt", adoptArgs(spec, 5));
    await until("the end is told", () => kinds(after).includes("exited"));
    expect(after.heard.map(({ args }) => args.event?.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("a run that nobody wants is asked to end", async () => {
    const host = makeHost();
    const spec = makeSpec();
    host.refusals.push(new AppError("stale_generation", "there is a newer one"));
    await host.call("start", { spec });
    await until("it is asked", () => existsSync(join(spec.dir, "requests")));
    expect(lines(spec, "requests")[0]).toMatchObject({ path: "/stop" });
  });

  test("a log that cannot be read counts as a loss, and the process is ended", async () => {
    const host = makeHost();
    const spec = makeSpec(1, "garbage");
    const supervisor = new TaskSupervisor({
      name: "impatient",
      policy: { maxRestarts: 0 },
      clock: systemClock,
      log: noopLogger,
    });
    const impatient = makeHost({ supervisor });
    void host;
    const { pid } = (await impatient.call("start", { spec })) as { pid: number };
    await until("the loss is told", () => kinds(impatient).includes("sandboxLost"));
    expect(impatient.heard.at(-1)!.args).toMatchObject({ error_code: "corrupt" });
    expect(isAlive(pid, readLaunch(spec.dir)?.pid_start ?? "")).toBe(false);
    await supervisor.stop();
  });
});

describe("adopt", () => {
  test("a living run goes on from the last event that was handled, and is told where the gateway is", async () => {
    const before = makeHost();
    const spec = makeSpec();
    await before.call("start", { spec });
    await until("it has started", () => before.heard.length === 1);
    await before.die();

    const after = makeHost();
    expect(await after.call("adopt", adoptArgs(spec, 1))).toEqual({ alive: true });
    expect(await after.call("adopt", adoptArgs(spec, 1))).toEqual({ alive: true });
    expect(lines(spec, "requests")).toEqual([
      {
        path: "/gateway",
        body: { gateway_url: "http://127.0.0.1:1", agent_token: `token of ${spec.run_id}` },
      },
    ]);
    await after.call("stop", { run_id: spec.run_id, generation: 1, reason: "enough", grace_ms: 100 });
    await until("the end is told", () => kinds(after).includes("exited"));
    expect(after.heard.map(({ args }) => args.event?.seq)).toEqual([2]);
  });

  test("cloud 6.18: one that stands still for longer than a token lasts has a new one when it goes on", async () => {
    let now = Date.now();
    let minted = 0;
    const host = makeHost({
      now: () => new Date(now),
      secrets: async () => ({
        agent_token: `token ${++minted}`,
        gateway_url: "http://127.0.0.1:1",
        env: {},
      }),
    });
    const spec = makeSpec();
    const run = { run_id: spec.run_id, generation: 1 };
    const told = () =>
      lines(spec, "requests")
        .filter(({ path }) => path === "/gateway")
        .map(({ body }) => body.agent_token);
    await host.call("start", { spec });
    await until("it has started", () => host.heard.length === 1);
    await host.call("adopt", adoptArgs(spec, 1));
    await host.call("freeze", { ...run, frozen: true });
    expect(told()).toEqual([]);
    now += 24 * 3_600_000;
    await host.call("freeze", { ...run, frozen: false });
    expect(told()).toEqual(["token 2"]);
    // A machine that slept freezes nobody: the next look at the run gives the token.
    now += 24 * 3_600_000;
    await host.call("adopt", adoptArgs(spec, 1));
    await host.call("adopt", adoptArgs(spec, 1));
    expect(told()).toEqual(["token 2", "token 3"]);
  });

  test("of a run that ended meanwhile, the rest of its log is told", async () => {
    const before = makeHost();
    const spec = makeSpec(1, "work");
    const { pid } = (await before.call("start", { spec })) as { pid: number };
    await before.die();
    process.kill(pid, "SIGKILL");
    const after = makeHost();
    await until("it is gone", () => !isAlive(pid, readLaunch(spec.dir)?.pid_start ?? ""));
    expect(await after.call("adopt", adoptArgs(spec, 4))).toEqual({ alive: false });
    await until("the end is told", () => kinds(after).includes("exited"));
    expect(after.heard.map(({ args }) => args.event?.seq)).toEqual([5, 6, 7]);
  });

  test("of a run that vanished meanwhile, its events and then its loss are told", async () => {
    const before = makeHost();
    const spec = makeSpec(1, "vanish");
    await before.call("start", { spec });
    await before.die();
    const after = makeHost();
    writeFileSync(join(spec.dir, "events.jsonl"), '{"seq":2,"at":"torn', { flag: "a" });
    expect(await after.call("adopt", adoptArgs(spec, 0))).toEqual({ alive: false });
    await until("the loss is told", () => kinds(after).includes("sandboxLost"));
    expect(kinds(after)).toEqual(["started", "sandboxLost"]);
  });

  test("the process id of another process is not taken for the run", async () => {
    const before = makeHost();
    const spec = makeSpec();
    const { pid } = (await before.call("start", { spec })) as { pid: number };
    await before.die();
    const launch = readLaunch(spec.dir)!;
    writeFileSync(join(spec.dir, "launch.json"), JSON.stringify({ ...launch, pid: process.pid }));
    const after = makeHost();
    expect(await after.call("adopt", adoptArgs(spec, 1))).toEqual({ alive: false });
    await until("the loss is told", () => kinds(after).includes("sandboxLost"));
    process.kill(pid, "SIGKILL");
  });

  test("a start whose note was lost in a crash finds its process by its mark", async () => {
    if (process.platform !== "linux") return;
    const before = makeHost();
    const spec = makeSpec(1, "mute", {});
    const quiet = before.call("start", { spec }).catch(() => undefined);
    await until("it is launched", () => readLaunch(spec.dir)?.pid !== undefined);
    const { pid, pid_start, ...note } = readLaunch(spec.dir)!;
    await until("it runs", () => existsSync(join(spec.dir, "events.jsonl")));
    writeFileSync(join(spec.dir, "launch.json"), JSON.stringify(note));
    const after = makeHost();
    const answer = (await after.call("start", { spec })) as { pid: number; adopted: boolean };
    expect(answer).toEqual({ pid: pid!, adopted: true });
    process.kill(pid!, "SIGKILL");
    await until("it is gone", () => !isAlive(pid!, pid_start!));
    await quiet;
  });

  test("a run that was never started is lost", async () => {
    const host = makeHost();
    const spec = makeSpec();
    expect(await host.call("adopt", adoptArgs(spec, 0))).toEqual({ alive: false });
    await until("the loss is told", () => kinds(host).includes("sandboxLost"));
  });
});

describe("stop, input, release", () => {
  test("one that does not take the stop is signalled", async () => {
    const host = makeHost();
    const spec = makeSpec();
    await host.call("start", { spec });
    rmSync(spec.socket);
    await host.call("stop", { run_id: spec.run_id, generation: 1, reason: "enough", grace_ms: 100 });
    await until("the end is told", () => kinds(host).includes("exited"));
    expect(kinds(host)).not.toContain("sandboxLost");
  });

  test("input reaches the run that is meant, and no other", async () => {
    const host = makeHost();
    const spec = makeSpec();
    await host.call("start", { spec });
    await host.call("input", { run_id: spec.run_id, generation: 1, text: "hello", enter: true });
    expect(lines(spec, "requests")).toEqual([{ path: "/input", body: { text: "hello", enter: true } }]);
    await expect(
      host.call("input", { run_id: "another-run", generation: 1, text: "x" }),
    ).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  test("what is gone can be stopped and released again and again", async () => {
    const host = makeHost();
    const spec = makeSpec(1, "work");
    await host.call("start", { spec });
    await until("the end is told", () => kinds(host).includes("exited"));
    const release = { run_id: spec.run_id, generation: 1, dir: spec.dir, seq: 7 };
    for (let i = 0; i < 2; i++) {
      expect(await host.call("release", release)).toEqual({ alive: false });
      expect(await host.call("stop", { run_id: spec.run_id, generation: 1, reason: "x" })).toEqual({
        alive: false,
      });
    }
    expect(existsSync(join(spec.dir, "events.jsonl"))).toBe(true);
  });

  test("cli #3191, #923: the end of a town's runs touches neither another town's, of the same names, nor the user's own programs", async () => {
    const host = makeHost();
    const other = makeHost();
    const mine = makeSpec();
    const theirs = makeSpec(1, "hang", {
      run_id: `other-${dir.slice(-6)}`,
      dir: join(dir, "other/runs/1"),
      socket: join(dir, "other.sock"),
    });
    const { pid } = (await host.call("start", { spec: mine })) as { pid: number };
    const { pid: foreign } = (await other.call("start", { spec: theirs })) as { pid: number };
    const user = Bun.spawn(["sleep", "300"], { env: { GASTOWN_RUN: "mine" } });
    const startOf = (spec: SandboxSpec) => readLaunch(spec.dir)?.pid_start ?? "";
    const before = startOf(mine);
    await host.port.stopAll("the town ends", 100);
    expect(isAlive(pid, before)).toBe(false);
    expect(isAlive(foreign, startOf(theirs))).toBe(true);
    expect(user.exitCode).toBeNull();
    expect(user.signalCode).toBeNull();
    user.kill("SIGKILL");
    await other.port.stopAll("done", 100);
  });

  test("all are stopped with their processes", async () => {
    const host = makeHost();
    const spec = makeSpec();
    const { pid } = (await host.call("start", { spec })) as { pid: number };
    await host.port.stopAll("the town closes", 1_000);
    expect(isAlive(pid, readLaunch(spec.dir)?.pid_start ?? "")).toBe(false);
    await until("the end is told", () => kinds(host).includes("exited"));
  });
});
