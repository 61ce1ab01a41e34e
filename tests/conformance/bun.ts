/** The Bun host as the conformance suite sees it: a folder of SQLite files, real time. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KernelOptions } from "../../actors/kernel/activation.ts";
import type { ActorRef } from "../../actors/kernel/host.ts";
import { type BunHost, createBunHost } from "../../runtime/hosts/bun/host.ts";
import { conformanceActors, createProbe } from "./fixtures.ts";
import type { HostUnderTest, MakeHost } from "./host.ts";

const PATIENCE_MS = 15_000;
const POLL_MS = 5;

/** Makes Bun hosts in temporary folders, that evict after every turn when asked to. */
export function bunHosts(kernel: Pick<KernelOptions, "evictAlways"> = {}): MakeHost {
  return (limits): Promise<HostUnderTest> => {
    const folder = mkdtempSync(join(tmpdir(), "gastown-host-"));
    const probe = createProbe();
    const boot = async () => ({
      host: createBunHost({
        folder,
        actors: conformanceActors,
        ports: { probe },
        kernel: { ...kernel, ...limits },
      }),
      end: async () => undefined,
    });
    return bunUnderTest(boot, async () => rmSync(folder, { recursive: true, force: true }));
  };
}

/**
 * A Bun host as the suites see it.
 * @param boot composes it, and says how what was opened beside it is closed
 * @param remove runs at the very end
 */
export async function bunUnderTest(
  boot: () => Promise<{ readonly host: BunHost; end(): Promise<void> }>,
  remove: () => Promise<void>,
): Promise<HostUnderTest> {
  const watches = new Set<{ ref: ActorRef; listener: (event: unknown) => void }>();
  let running = await begin();
  return {
    call: (to, method, args, callOptions) => running.host.call(to, method, args, callOptions),
    deliver: (to, method, args, from, seq) =>
      running.host.system.route(to, method, args, { chain: [], deadline: Date.now() + 30_000, from, seq }),
    watch(ref, listener) {
      const watch = { ref, listener };
      watches.add(watch);
      const off = running.host.watch(ref, listener);
      return () => {
        off();
        watches.delete(watch);
      };
    },
    async until(why, check) {
      const end = Date.now() + PATIENCE_MS;
      while (!(await check())) {
        if (Date.now() > end) throw new Error(`Waited ${PATIENCE_MS} ms for: ${why}`);
        await Bun.sleep(POLL_MS);
      }
    },
    // Real time is what is under test here: nothing may happen in it.
    pass: ms => Bun.sleep(ms + 20),
    async restart() {
      await stop();
      running = await begin();
    },
    async close() {
      await stop();
      await remove();
    },
  };

  async function begin() {
    const booted = await boot();
    for (const { ref, listener } of watches) booted.host.watch(ref, listener);
    await booted.host.start();
    return booted;
  }

  async function stop(): Promise<void> {
    running.host.system.crash();
    await running.host.close();
    await running.end();
  }
}
