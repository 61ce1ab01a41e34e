/** The in-memory host as the conformance suite sees it. */
import type { KernelOptions } from "../../actors/kernel/activation.ts";
import { createMemoryHost, type MemoryHost } from "../../actors/kernel/testing/memory-host.ts";
import { conformanceActors, createProbe } from "./fixtures.ts";
import type { HostUnderTest, MakeHost } from "./host.ts";

/** Longest simulated wait of the suite. */
const PATIENCE_MS = 120_000;

/** Makes memory hosts, that evict after every turn when asked to. */
export function memoryHosts(options: Pick<KernelOptions, "evictAlways"> = {}): MakeHost {
  return async (limits): Promise<HostUnderTest> => {
    const host = await createMemoryHost({
      ...options,
      actors: conformanceActors,
      ports: { probe: createProbe() },
      kernel: limits,
    });
    return memoryUnderTest(host);
  };
}

/** A memory host as the suites see it. */
export function memoryUnderTest(host: MemoryHost): HostUnderTest {
  return {
    call: (to, method, args, callOptions) => host.call(to, method, args, callOptions),
    deliver: (to, method, args, from, seq) =>
      host.route(to, method, args, { chain: [], deadline: host.clock.now() + 30_000, from, seq }),
    watch: (ref, listener) => host.watch(ref, listener),
    async until(why, check) {
      const end = host.clock.now() + PATIENCE_MS;
      await host.drain();
      while (!(await check())) {
        if (host.clock.now() > end) throw new Error(`Waited for nothing: ${why}`);
        await host.advance(5);
      }
    },
    pass: ms => host.advance(ms),
    restart: () => host.restart(),
    close: async () => host.system.crash(),
  };
}
