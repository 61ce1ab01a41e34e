/** What the storage of an object promises, on the platform itself. */
import { DurableObject } from "cloudflare:workers";
import { createObjectStorage, objectName } from "../../runtime/hosts/cloudflare/objects/object-storage.ts";
import type { ObjectNamespace, ObjectStorage } from "../../runtime/hosts/cloudflare/platform.ts";
import { AppError } from "../../store/schema/errors.ts";

interface Env {
  readonly CONTRACT: ObjectNamespace;
}

/** A row that the platform refuses: the kernel's limit is far below, so that no actor ever meets it. */
const TOO_LARGE = "x".repeat(3_000_000);
const LATER_MS = 3_600_000;

export class ContractObject extends DurableObject<Env> {
  /** Without it the platform lets nobody arm an alarm. */
  async alarm(): Promise<void> {
    throw new AppError("internal", "The alarm is an hour away.");
  }

  async fetch(): Promise<Response> {
    const storage = createObjectStorage(this.ctx.storage, objectName(this.ctx));
    // SAFETY: the platform has it; the host has no use for it.
    const { getAlarm } = this.ctx.storage as ObjectStorage & { getAlarm(): Promise<number | null> };
    const alarm = () => getAlarm.call(this.ctx.storage);
    const at = Date.now() + LATER_MS;
    const none = new Set<string>();
    await storage.commit({ put: new Map([["kept", "1"]]), delete: none, alarm: at });
    const failed = await storage
      .commit({
        put: new Map([
          ["kept", "2"],
          ["new", "1"],
          ["large", TOO_LARGE],
        ]),
        delete: none,
        alarm: at + 1,
      })
      .then(
        () => "committed",
        error => AppError.from(error).code,
      );
    const rows = await storage.list("");
    const unmoved = (await alarm()) === at;
    await storage.commit({ put: new Map(), delete: new Set(["kept"]), alarm: null });
    return Response.json({ failed, rows, unmoved, left: await storage.list(""), alarm: await alarm() });
  }
}

export default {
  // SAFETY: the response goes back to the platform as it came from it.
  fetch: async (request: Request, env: Env) =>
    (await env.CONTRACT.getByName("one").fetch(request.url)) as unknown as Response,
};
