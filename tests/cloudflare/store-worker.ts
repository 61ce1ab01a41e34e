/** The bead store on real R2 and the real SQLite of an object; what it answers is judged by the test outside. */
import { DurableObject } from "cloudflare:workers";
import type { Bucket, ObjectNamespace } from "../../runtime/hosts/cloudflare/platform.ts";
import { objectStorePorts } from "../../runtime/hosts/cloudflare/store/ports.ts";
import { ensureRepository } from "../../runtime/hosts/cloudflare/town/repository.ts";
import { openStore } from "../../store/bead-store.ts";

interface Env {
  readonly BEADS: Bucket;
  readonly STORE: ObjectNamespace;
}

export class StoreObject extends DurableObject<Env> {
  /** Fills a store, builds its index anew, and tells what both indexes answered. */
  async fetch(): Promise<Response> {
    const ports = objectStorePorts(this.env.BEADS, "demo", this.ctx.storage);
    await ensureRepository(ports.fs, "/demo/hq.git", undefined);
    const store = await openStore({ gitDir: "/demo/hq.git", prefix: "hq", create: true, ports });
    const { value: ids } = await store.transact({ actor: "ada" }, tx => {
      const made = Array.from(
        { length: 150 },
        (_, i) => tx.create({ title: `bead ${i}`, labels: [`l${i}`] }).id,
      );
      tx.addDependency(made[1] ?? "", made[0] ?? "");
      return made;
    });
    const answers = async () => ({
      text: (await store.query({ text: "bead 149" })).map(({ title }) => title),
      many: (await store.query({ ids })).length,
      any: (await store.query({ labelsAny: ids.map((_, i) => `l${i}`) })).length,
      blocked: (await store.blocked()).length,
      partial: (await store.resolve((ids[7] ?? "").slice(3))) === ids[7],
    });
    const before = await answers();
    const different = await store.verifyIndex();
    await store.rebuildIndex();
    const after = await answers();
    const tables = this.ctx.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'i*_bead'")
      .toArray().length;
    return Response.json({ before, different, after, tables });
  }
}

export default {
  // SAFETY: the response goes back to the platform as it came from it.
  fetch: async (request: Request, env: Env) =>
    (await env.STORE.getByName("one").fetch(request.url)) as unknown as Response,
};
