/** The actors of a town in workerd: Durable Objects, bead branches in R2, a rig that comes over http. */
import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { serveGit } from "../sync/support/http-server.ts";
import { seededRemote } from "../sync/support/repositories.ts";
import { actorConformance, type MakeActors } from "./actors.ts";
import { workerdClient } from "./cloudflare/client.ts";
import { type PortServer, servePorts } from "./cloudflare/ports.ts";
import { startWorkerd, type Workerd } from "./cloudflare/workerd.ts";

let ports: PortServer;
let workerd: Workerd;
let hosts = 0;

describeWith("workerd", "Durable Objects", () => {
  beforeAll(async () => {
    ports = servePorts();
    workerd = await startWorkerd({
      entry: join(import.meta.dir, "cloudflare/actors-worker.ts"),
      objects: {
        TOWN: "TownObject",
        AGENT: "AgentObject",
        CONTAINER: "ContainerObject",
        RIG: "RigObject",
        USER: "UserObject",
      },
      buckets: ["BEADS"],
      bindings: { PORTS: ports.url },
    });
  });

  afterAll(async () => {
    await workerd.close();
    await ports.close();
  });

  function edgeActorsUnderTest(options: { readonly evictAlways?: boolean } = {}): MakeActors {
    return async (limits, own) => {
      const scope = { id: `host-${++hosts}`, limits: { ...limits, ...options } };
      ports.add(scope.id, { ...own });
      const host = workerdClient(workerd, scope, { ports: {}, evicts: options.evictAlways ?? false });
      return {
        ...host,
        gitUrl: serveGit(seededRemote()).url,
        async close() {
          await host.close();
          ports.remove(scope.id);
        },
      };
    };
  }

  actorConformance("cloudflare", edgeActorsUnderTest());
  actorConformance(
    "cloudflare, every object ended once it is idle",
    edgeActorsUnderTest({ evictAlways: true }),
  );
});
