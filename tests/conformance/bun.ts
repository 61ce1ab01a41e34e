/** The Bun host as the conformance suite sees it: a folder with an SQLite file, real time. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KernelOptions } from "../../actors/kernel/activation.ts";
import { type BunHost, createBunHost } from "../../runtime/hosts/bun/host.ts";
import { conformanceActors, createProbe } from "./fixtures.ts";
import type { HostUnderTest, MakeHost } from "./host.ts";

const PATIENCE_MS = 15_000;
const POLL_MS = 5;

/** Makes Bun hosts in temporary folders, that evict after every turn when asked to. */
export function bunHosts(kernel: Pick<KernelOptions, "evictAlways"> = {}): MakeHost {
  return async (limits): Promise<HostUnderTest> => {
    const folder = mkdtempSync(join(tmpdir(), "gastown-host-"));
    const probe = createProbe();
    const watches = new Set<{ ref: Parameters<BunHost["watch"]>[0]; listener: (event: unknown) => void }>();
    const boot = async (): Promise<BunHost> => {
      const host = createBunHost({
        folder,
        actors: conformanceActors,
        ports: { probe },
        kernel: { ...kernel, ...limits },
      });
      for (const { ref, listener } of watches) host.watch(ref, listener);
      await host.start();
      return host;
    };
    let host = await boot();
    return {
      call: (to, method, args, callOptions) => host.call(to, method, args, callOptions),
      deliver: (to, method, args, from, seq) =>
        host.system.route(to, method, args, { chain: [], deadline: Date.now() + 30_000, from, seq }),
      watch(ref, listener) {
        const watch = { ref, listener };
        watches.add(watch);
        const off = host.watch(ref, listener);
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
        host.system.crash();
        await host.close();
        host = await boot();
      },
      async close() {
        host.system.crash();
        await host.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  };
}
