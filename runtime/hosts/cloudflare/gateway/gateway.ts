/** The gateway as a Worker: the same app as everywhere, over actors in Durable Objects. */
import { AppError } from "../../../../store/schema/errors.ts";
import { createAuthenticator } from "../../../gateway/auth/authenticate.ts";
import { digest, hex } from "../../../gateway/auth/compare.ts";
import { createTokens } from "../../../gateway/auth/tokens.ts";
import type { Assets, Directory, GatewayDeps, Terminals } from "../../../gateway/deps.ts";
import { createGateway, type Gateway } from "../../../gateway/gateway.ts";
import { consoleLog } from "../log.ts";
import { remoteActors } from "../objects/remote-actors.ts";
import type { AssetsBinding } from "../platform.ts";
import { notSupported } from "../ports/unsupported.ts";
import { type EdgeEnv, edgeActors } from "../town/actors.ts";
import { readSettings, type Settings } from "../town/settings.ts";
import { VERSION } from "../version.ts";
import { edgeDirectory } from "./directory.ts";
import { deskTokens } from "./sign-in.ts";
import { edgeSockets } from "./socket.ts";

const OWNER_ID = "owner";
/** Ports of a town that the gateway may ask. */
const TOWN_PORTS = ["sync"];

/** Bindings of the Worker itself. */
export interface GatewayEnv extends EdgeEnv {
  readonly ASSETS: AssetsBinding;
}

/**
 * The gateway for one request: sockets and timers belong to the request that they came with.
 * @param secure browsers come by https
 * @throws {AppError} invalid_argument when variables or secrets are missing
 */
export async function edgeGateway(env: GatewayEnv, secure: boolean): Promise<Gateway> {
  const settings = readSettings(env);
  const actors = edgeActors(env);
  const key = new TextEncoder().encode(settings.SIGNING_KEY);
  const tokens = createTokens(key, Date.now);
  const log = consoleLog({ part: "gateway" });
  const sockets = edgeSockets(() => gateway.close());
  const directory = edgeDirectory({
    actors,
    townPorts: TOWN_PORTS,
    now: Date.now,
    unheard: () => sockets.restart(),
  });
  const deps: GatewayDeps = {
    version: VERSION,
    directory,
    terminals: noTerminals,
    assets: edgeAssets(env.ASSETS),
    towns: async () => Object.keys(settings.TOWNS),
    authenticator: createAuthenticator({
      tokens,
      ownerToken: settings.OWNER_TOKEN,
      owner: { id: OWNER_ID, name: settings.OWNER_NAME },
      townsOf: user => townsOf(directory, user),
    }),
    tokens,
    signIn: deskTokens(remoteActors(actors), Date.now),
    keyId: hex(await digest(hex(key))),
    secure,
    allowsHost: host => allowsHost(settings, host),
    upgrade: sockets.upgrade,
    async stop() {
      throw notSupported("A town is stopped");
    },
    now: Date.now,
    incident: () => crypto.randomUUID().slice(0, 8),
    log,
  };
  const gateway = createGateway(deps);
  return gateway;
}

/** Exchanges the beads of all towns with their remotes. */
export async function syncAllTowns(env: EdgeEnv): Promise<void> {
  const log = consoleLog({ part: "schedule" });
  const directory = edgeDirectory({
    actors: edgeActors(env),
    townPorts: TOWN_PORTS,
    now: Date.now,
    unheard: () => undefined,
  });
  for (const name of Object.keys(readSettings(env).TOWNS)) {
    try {
      await directory.call({ kind: "sync", name }, "run", {});
    } catch (error) {
      log.error("town was not synced", { town: name, error });
    }
  }
}

/** The platform lets only names through that are routed here, so without a list no other site's name arrives. */
function allowsHost({ HOSTS }: Settings, host: string): boolean {
  return HOSTS === undefined || HOSTS.includes(host);
}

async function townsOf(directory: Directory, user: string): Promise<readonly string[]> {
  const answer = await directory.call({ kind: "user", name: user }, "towns", {});
  // SAFETY: the user actor answers in this shape.
  const { towns } = answer as { readonly towns: readonly { readonly name: string }[] };
  return towns.map(({ name }) => name);
}

function edgeAssets(binding: AssetsBinding): Assets {
  return {
    async get(path) {
      const response = await binding.fetch(new Request(`https://assets.local${path}`));
      if (!response.ok || response.body === null) {
        await response.body?.cancel();
        return undefined;
      }
      return {
        body: response.body,
        type: response.headers.get("content-type") ?? "application/octet-stream",
        immutable: /^\/assets\/.+-[\w-]{8,}\.\w+$/.test(path),
      };
    },
  };
}

const noTerminals: Terminals = {
  async open() {
    throw notSupported("Terminals are shown");
  },
  runs: async () => [],
  async recording(_town, agent, run) {
    throw new AppError("not_found", `There is no recording of run ${run} of ${agent}.`);
  },
};
