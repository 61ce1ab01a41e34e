import { createActors } from "../../actors/index.ts";
import type { Port } from "../../actors/kernel/host.ts";
import { createMemoryHost } from "../../actors/kernel/testing/memory-host.ts";
import { fakePaths } from "../../actors/testing/fake-paths.ts";
import { MemoryBeads } from "../../actors/testing/memory-beads.ts";
import { Ledger } from "../../store/ledger.ts";
import { actorConformance, type MakeActors } from "./actors.ts";
import { memoryUnderTest } from "./memory.ts";

function memoryActors(options: { readonly evictAlways?: boolean } = {}): MakeActors {
  return async (limits, { sandbox }) => {
    const beads = (prefix: string) =>
      new MemoryBeads({ prefix, now: () => host.clock.now(), random: Math.random });
    const ledger = new Ledger(beads("hq"));
    const repo: Port = {
      async call(rig, _method, args) {
        // SAFETY: the suite adds rigs, and asks nothing else of repositories.
        ledger.add(beads((args as { prefix: string }).prefix));
        return { path: `/towns/demo/rigs/${rig}.git`, default_branch: "main", head: "0".repeat(40) };
      },
    };
    const host = await createMemoryHost({
      ...options,
      actors: createActors({ paths: fakePaths, version: "0.0.0" }),
      ports: { sandbox, repo },
      beads: ref => (ref.kind === "town" ? ledger : undefined),
      kernel: limits,
    });
    return { ...memoryUnderTest(host), gitUrl: "/remotes/sample.git" };
  };
}

actorConformance("memory", memoryActors());
actorConformance("memory, evicting always", memoryActors({ evictAlways: true }));
