/** workerd with a worker in it, by miniflare, on loopback; restarted over the storage that it left. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Log, LogLevel, Miniflare } from "miniflare";
import { bundleWorker } from "./bundle.ts";

/** The date whose behaviour of the platform `wrangler.jsonc` asks for. */
export const COMPATIBILITY_DATE = "2026-04-01";

export interface WorkerdOptions {
  /** File of the worker. */
  readonly entry: string;
  /** Class of the object by binding. */
  readonly objects: Readonly<Record<string, string>>;
  readonly bindings?: Readonly<Record<string, string>>;
  readonly buckets?: readonly string[];
}

export interface Workerd {
  /** Ends in a slash; another one after a restart. */
  readonly url: string;
  /** Ends the process and starts another on the same storage. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts workerd. */
export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const folder = mkdtempSync(join(tmpdir(), "gastown-workerd-"));
  const script = await bundleWorker(options.entry);
  let running = await boot();
  return {
    get url() {
      return running.url;
    },
    async restart() {
      await running.miniflare.dispose();
      running = await boot();
    },
    async close() {
      await running.miniflare.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function boot() {
    const miniflare = new Miniflare({
      host: "127.0.0.1",
      log: new Log(LogLevel.NONE),
      handleRuntimeStdio(stdout: Readable, stderr: Readable) {
        // Objects that are evicted on purpose are reported here.
        stdout.resume();
        stderr.resume();
      },
      modules: [{ type: "ESModule", path: "worker.mjs", contents: script }],
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: ["nodejs_compat"],
      bindings: { ...options.bindings },
      durableObjects: Object.fromEntries(
        Object.entries(options.objects).map(([binding, className]) => [
          binding,
          { className, useSQLite: true },
        ]),
      ),
      durableObjectsPersist: join(folder, "objects"),
      r2Buckets: [...(options.buckets ?? [])],
      r2Persist: join(folder, "buckets"),
    });
    return { miniflare, url: String(await miniflare.ready) };
  }
}
