/** The Worker as `wrangler.jsonc` describes it, in workerd on loopback. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { Log, LogLevel, Miniflare } from "miniflare";
import { z } from "zod";
import type { Bucket } from "../../runtime/hosts/cloudflare/platform.ts";
import { bundleWorker } from "../conformance/cloudflare/bundle.ts";

const FOLDER = join(import.meta.dir, "../../runtime/hosts/cloudflare");

const configSchema = z.object({
  main: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
  durable_objects: z.object({
    bindings: z.array(z.strictObject({ name: z.string(), class_name: z.string() })),
  }),
  migrations: z.array(z.strictObject({ tag: z.string(), new_sqlite_classes: z.array(z.string()) })),
  r2_buckets: z.array(z.strictObject({ binding: z.string(), bucket_name: z.string() })),
  assets: z.object({ binding: z.string(), directory: z.string() }),
  vars: z.record(z.string(), z.json()),
  triggers: z.object({ crons: z.array(z.string()) }),
});

/** `wrangler.jsonc`, as far as a deployment depends on it. */
export function wranglerConfig(): z.infer<typeof configSchema> {
  return configSchema.parse(Bun.JSONC.parse(readFileSync(join(FOLDER, "wrangler.jsonc"), "utf8")));
}

export const OWNER_TOKEN = "owner-token-of-the-tests-0123456789abcdef";

export interface Deployment {
  /** Without a slash at the end; another one after a restart. */
  readonly url: string;
  /** As the owner's command line does it. */
  request(method: string, path: string, body?: unknown): Promise<Response>;
  /** The JSON of an answer that must be one. */
  json<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** What a schedule of the platform starts. */
  schedule(): Promise<void>;
  /** Ends the process and starts another over what it stored. */
  restart(): Promise<void>;
  /** Copies what lies in the bucket under a prefix into a folder. */
  copyBucket(prefix: string, folder: string): Promise<void>;
  close(): Promise<void>;
}

/** Deploys with these variables instead of those in the file. */
export async function deploy(vars: Readonly<Record<string, unknown>>): Promise<Deployment> {
  const config = wranglerConfig();
  const folder = mkdtempSync(join(tmpdir(), "gastown-deployment-"));
  const assets = join(folder, "assets");
  mkdirSync(join(assets, "assets"), { recursive: true });
  writeFileSync(join(assets, "index.html"), "<!doctype html><title>Gastown</title>");
  writeFileSync(join(assets, "assets", "main-0123abcd.js"), "export {};");
  const script = await bundleWorker(join(FOLDER, config.main));
  const sqlite = new Set(config.migrations.flatMap(each => each.new_sqlite_classes));
  let running = await boot();
  const url = (path: string) => new URL(path, running.url);
  const request = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(url(path), {
      method,
      headers: { authorization: `Bearer ${OWNER_TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    get url() {
      return running.url.replace(/\/$/, "");
    },
    request,
    async json(method, path, body) {
      const response = await request(method, path, body);
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return JSON.parse(text);
    },
    async schedule() {
      // SAFETY: workers can be asked so; miniflare's types lean on a package of types that is not here.
      const worker = (await running.miniflare.getWorker()) as unknown as {
        scheduled(options: { readonly cron: string }): Promise<unknown>;
      };
      await worker.scheduled({ cron: config.triggers.crons[0] ?? "" });
    },
    async restart() {
      await running.miniflare.dispose();
      running = await boot();
    },
    async copyBucket(prefix, target) {
      const binding = config.r2_buckets[0]?.binding ?? "";
      // SAFETY: as above.
      const bucket = (await running.miniflare.getR2Bucket(binding)) as unknown as Bucket;
      const { objects } = await bucket.list({ prefix });
      for (const { key } of objects) {
        const path = join(target, key.slice(prefix.length));
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(
          path,
          new Uint8Array((await (await bucket.get(key))?.arrayBuffer()) ?? new ArrayBuffer()),
        );
      }
    },
    async close() {
      await running.miniflare.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function boot() {
    const miniflare = new Miniflare({
      name: "gastown",
      host: "127.0.0.1",
      log: new Log(LogLevel.NONE),
      handleRuntimeStdio(stdout: Readable, stderr: Readable) {
        stdout.resume();
        if (process.env.WORKERD_LOG === undefined) stderr.resume();
        else stderr.pipe(process.stderr);
      },
      modules: [{ type: "ESModule", path: "worker.mjs", contents: script }],
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags,
      bindings: {
        ...config.vars,
        OWNER_TOKEN,
        SIGNING_KEY: "signing-key-of-the-tests-0123456789abcdef",
        ...vars,
      },
      durableObjects: Object.fromEntries(
        config.durable_objects.bindings.map(({ name, class_name }) => [
          name,
          { className: class_name, useSQLite: sqlite.has(class_name) },
        ]),
      ),
      durableObjectsPersist: join(folder, "objects"),
      r2Buckets: config.r2_buckets.map(({ binding }) => binding),
      r2Persist: join(folder, "buckets"),
      assets: {
        directory: assets,
        binding: config.assets.binding,
        routerConfig: { invoke_user_worker_ahead_of_assets: true, has_user_worker: true },
        assetConfig: { html_handling: "none" },
      },
    });
    return { miniflare, url: String(await miniflare.ready) };
  }
}
