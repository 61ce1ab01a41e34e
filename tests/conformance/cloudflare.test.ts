/** Durable Objects in workerd keep what every host of actors must keep. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { workerdClient } from "./cloudflare/client.ts";
import { type PortServer, servePorts } from "./cloudflare/ports.ts";
import { startWorkerd, type Workerd } from "./cloudflare/workerd.ts";
import { createProbe } from "./fixtures.ts";
import { hostConformance, type MakeHost } from "./host.ts";

let ports: PortServer;
let workerd: Workerd;
let hosts = 0;

describeWith("workerd", "Durable Objects", () => {
  beforeAll(async () => {
    ports = servePorts();
    workerd = await startWorkerd({
      entry: join(import.meta.dir, "cloudflare/kernel-worker.ts"),
      objects: { KEEPER: "KeeperObject", DOER: "DoerObject", WAKER: "WakerObject" },
      bindings: { PORTS: ports.url },
    });
  });

  afterAll(async () => {
    await workerd.close();
    await ports.close();
  });

  /** All hosts under test are in one workerd, since their objects have different names. */
  function durableObjects(options: { readonly evictAlways?: boolean } = {}): MakeHost {
    return async limits => {
      const scope = { id: `host-${++hosts}`, limits: { ...limits, ...options } };
      const own = { probe: createProbe() };
      ports.add(scope.id, own);
      const host = workerdClient(workerd, scope, { ports: own, evicts: options.evictAlways ?? false });
      return {
        ...host,
        async close() {
          await host.close();
          ports.remove(scope.id);
        },
      };
    };
  }

  hostConformance("cloudflare", durableObjects());
  hostConformance("cloudflare, every object ended once it is idle", durableObjects({ evictAlways: true }), {
    evicts: true,
  });

  test("an object that is ended is another one afterwards, with what it had stored", async () => {
    const scope = { id: `host-${++hosts}`, limits: {} };
    const host = workerdClient(workerd, scope, { ports: {}, evicts: true });
    const keeper = { kind: "keeper", name: "a" };
    try {
      const before = await host.instance(keeper);
      expect(await host.instance(keeper)).toBe(before);
      expect(await host.call(keeper, "add", { n: 2 })).toBe(2);
      expect(await host.instance(keeper)).not.toBe(before);
      expect(await host.call(keeper, "sum")).toBe(2);
    } finally {
      await host.close();
    }
  });
});
