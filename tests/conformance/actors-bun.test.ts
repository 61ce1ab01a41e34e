/** The actors of a town on the Bun host: SQLite files, bead branches in real repositories, a rig cloned by git. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createActors } from "../../actors/index.ts";
import { noopLogger } from "../../actors/kernel/logger.ts";
import { createBunHost } from "../../runtime/hosts/bun/host.ts";
import { createRepoPort } from "../../runtime/hosts/bun/repos/port.ts";
import { ensureHq, ensureTownFolder } from "../../runtime/hosts/bun/town/folder.ts";
import { openTownStores } from "../../runtime/hosts/bun/town/stores.ts";
import { createTownPaths } from "../../runtime/hosts/bun/town-paths.ts";
import { gitEnv, seededRemote } from "../sync/support/repositories.ts";
import { actorConformance, type MakeActors } from "./actors.ts";
import { bunUnderTest } from "./bun.ts";

function bunActors(options: { readonly evictAlways?: boolean } = {}): MakeActors {
  return async (limits, { sandbox }) => {
    const root = mkdtempSync(join(tmpdir(), "gastown-actors-"));
    const paths = createTownPaths(root, join(root, "sockets"));
    const env = gitEnv(root);
    ensureTownFolder(paths, "demo", new Date());
    await ensureHq(paths.hq, env);
    const boot = async () => {
      const stores = await openTownStores({ paths, env, log: noopLogger });
      const host = createBunHost({
        folder: paths.actors,
        actors: createActors({ paths: () => paths, version: "0.0.0" }),
        ports: { sandbox, repo: createRepoPort({ paths, env, stores }) },
        beads: ref => (ref.kind === "town" ? stores.ledger : undefined),
        kernel: { ...options, ...limits },
      });
      return { host, end: () => stores.close() };
    };
    const host = await bunUnderTest(boot, async () => rmSync(root, { recursive: true, force: true }));
    return { ...host, gitUrl: seededRemote() };
  };
}

actorConformance("bun", bunActors());
actorConformance("bun, evicting always", bunActors({ evictAlways: true }));
