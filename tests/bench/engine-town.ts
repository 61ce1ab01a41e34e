/**
 * A town for the engine's benchmarks: real actors, real storage, real bead branches on disk; only sandboxes are played,
 * within this process, since they are what is not measured.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createActors } from "../../actors/index.ts";
import type { Turn } from "../../actors/kernel/actor.ts";
import type { Port } from "../../actors/kernel/host.ts";
import { fakePaths } from "../../actors/testing/fake-paths.ts";
import { AGENT_KEY, type AgentRecord } from "../../actors/town/agents/record.ts";
import { gather } from "../../actors/town/reconcile/gather.ts";
import { type Plan, reconcile } from "../../actors/town/reconcile/reconcile.ts";
import { TownTurn } from "../../actors/town/town-turn.ts";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import { sandboxSpecSchema } from "../../agent-sandbox/protocol/spec.ts";
import { type BunHost, createBunHost } from "../../runtime/hosts/bun/host.ts";
import { ActorDatabase } from "../../runtime/hosts/bun/storage/actor-database.ts";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { type GitBeadStore, openStore } from "../../store/bead-store.ts";
import { Ledger } from "../../store/ledger.ts";
import { SLUNG_LABEL } from "../../store/schema/satellite.ts";
import { makeBeads } from "./store-data.ts";

const TOWN = { kind: "town", name: "bench" };
/** The most that a rig may have. */
const AGENTS_A_RIG = 100;
const FILL_PIECE = 5_000;

/** A run that was started. */
export interface BenchRun {
  readonly container: string;
  readonly run_id: string;
  readonly generation: number;
  seq: number;
}

export interface BenchTown extends AsyncDisposable {
  readonly host: BunHost;
  readonly runs: readonly BenchRun[];
  call(method: string, args?: object): Promise<unknown>;
  /** Resolves when every start was reported and taken in: nothing of it runs or waits any more. */
  settled(): Promise<void>;
  /** Looks at the whole town and plans, as each turn that may matter does; nothing is carried out. */
  look(): Promise<Plan>;
  /** Tells the container of a run what its sandbox would. */
  emit(run: BenchRun, event: NewSandboxEvent): Promise<void>;
}

export interface BenchTownOptions {
  /** Work in the rigs, all of it slung. */
  readonly beads: number;
  /** Agents, each busy with one of them. */
  readonly agents: number;
}

/** Opens the town and waits until every agent has a run. */
export async function benchTown({ beads, agents }: BenchTownOptions): Promise<BenchTown> {
  const folder = mkdtempSync(join(tmpdir(), "gastown-engine-"));
  const ports = bunStorePorts(process.env);
  const open = async (name: string, prefix: string): Promise<GitBeadStore> => {
    const gitDir = join(folder, name);
    Bun.spawnSync(["git", "init", "-q", "--bare", gitDir]);
    return openStore({ gitDir, prefix, create: true, ports });
  };
  const hq = await open("hq.git", "hq");
  const ledger = new Ledger(hq);
  const count = Math.ceil(agents / AGENTS_A_RIG);
  const rigs = Array.from({ length: count }, (_, i) => ({ name: `rig${i}`, prefix: `b${i}` }));
  const stores: GitBeadStore[] = [hq];
  for (const { name, prefix } of rigs) {
    const store = await open(`${name}.git`, prefix);
    await fillSlung(store, name, prefix, Math.ceil(beads / count));
    ledger.add(store);
    stores.push(store);
  }

  const deps = { paths: fakePaths, version: "0.0.0" };
  const runs: BenchRun[] = [];
  const sandbox: Port = {
    async call(container, method, args) {
      if (method === "adopt") return { alive: true };
      if (method !== "start") return null;
      // SAFETY: the one caller sends what `sandboxPortMethods.start` says.
      const spec = sandboxSpecSchema.parse((args as { spec: unknown }).spec);
      const run = { container, run_id: spec.run_id, generation: spec.generation, seq: 0 };
      runs.push(run);
      setTimeout(() => void emit(run, { type: "started", pid: 1, isolation: "none" }), 1);
      return null;
    },
  };
  const repo: Port = {
    call: async rig => ({ path: join(folder, `${rig}.git`), default_branch: "main", head: "" }),
  };
  const host = createBunHost({
    folder: join(folder, "actors"),
    actors: createActors(deps),
    ports: { sandbox, repo },
    beads: ref => (ref.kind === "town" ? ledger : undefined),
  });
  const emit = async (run: BenchRun, event: NewSandboxEvent): Promise<void> => {
    run.seq += 1;
    const { container, run_id, generation } = run;
    const full = { ...event, seq: run.seq, at: new Date().toISOString() };
    await host.call({ kind: "container", name: container }, "sandboxEvent", {
      run_id,
      generation,
      event: full,
    });
  };
  const call = (method: string, args: object = {}) => host.call(TOWN, method, { by: "bench", ...args });

  const look = async (): Promise<Plan> => {
    const tx = await ledger.begin({ actor: "bench" });
    const turn = { ref: TOWN, now: Date.now(), committedBeads: () => ledger };
    // SAFETY: `gather` reads beads and records, and asks the turn for nothing but its name, its time and committed beads.
    const ctx = new TownTurn(turn as unknown as Turn, tx, deps, { agents: records, failures: [] }, "bench");
    return reconcile(gather(ctx));
  };

  await host.start();
  await call("wake", { by: "host" });
  await call("updateSettings", { max_polecats: agents });
  for (const { name, prefix } of rigs) {
    await host.call({ kind: "rig", name: `bench/${name}` }, "add", {
      by: "bench",
      git_url: `/remotes/${name}.git`,
      prefix,
      settings: { driver: { kind: "script" }, max_polecats: AGENTS_A_RIG },
    });
  }
  await call("resume");
  const end = performance.now() + 120_000;
  while (runs.length < agents && performance.now() < end) await Bun.sleep(20);
  const records = agentRecords(join(folder, "actors"));
  if (runs.length < agents) throw new Error(`${runs.length} of ${agents} agents were started.`);
  return {
    host,
    runs,
    call,
    look,
    async settled() {
      for (;;) {
        const shown = await call("agents");
        const busy = Array.isArray(shown) ? shown.filter(({ state }) => state === "working") : [];
        if (busy.length >= agents && host.system.idle) return;
        await Bun.sleep(200);
      }
    },
    emit,
    async [Symbol.asyncDispose]() {
      await host.close();
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the town knows of its agents, as it has stored it. */
function agentRecords(folder: string): Map<string, AgentRecord> {
  const database = new ActorDatabase(join(folder, "actors.sqlite"));
  // SAFETY: what the town wrote under this key.
  const records = database
    .list(TOWN.kind, TOWN.name, AGENT_KEY)
    .map(([, text]) => JSON.parse(text) as AgentRecord);
  database.close();
  return new Map(records.map(record => [record.id, record]));
}

/** Open work with 0.4 edges a bead, slung. */
async function fillSlung(store: GitBeadStore, rig: string, prefix: string, count: number): Promise<void> {
  const at = new Date().toISOString();
  const beads = makeBeads(count, { prefix, now: Date.now() }).map(bead => ({
    ...bead,
    status: "open",
    issue_type: "task",
    closed_at: undefined,
    defer_until: undefined,
    description: "```sh\ntrue\n```",
    labels: [...(bead.labels ?? []), SLUNG_LABEL],
    metadata: { work: { rig, slung: { at, by: "bench" } } },
  }));
  for (let from = 0; from < beads.length; from += FILL_PIECE) {
    const piece = beads.slice(from, from + FILL_PIECE);
    await store.transactStore({ actor: "bench", subject: "Import" }, tx => {
      for (const bead of piece) tx.put(JSON.parse(JSON.stringify(bead)), "imported");
    });
  }
}
