/** Durable Objects in workerd keep what every host of actors must keep. */
import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import { workerdClient } from "./cloudflare/client.ts";
import { type PortServer, servePorts } from "./cloudflare/ports.ts";
import { startWorkerd, type Workerd } from "./cloudflare/workerd.ts";
import { createProbe } from "./fixtures.ts";
import { hostConformance, type MakeHost } from "./host.ts";

let ports: PortServer;
let workerd: Workerd;
let hosts = 0;

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
