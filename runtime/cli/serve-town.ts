/** A town in this process: actors, gateway, dashboard. What `gt start` and the demo are made of. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { createActors } from "../../actors/index.ts";
import { AppError } from "../../store/schema/errors.ts";
import { createAuthenticator } from "../gateway/auth/authenticate.ts";
import { digest, hex } from "../gateway/auth/compare.ts";
import { createSignInTokens } from "../gateway/auth/sign-in.ts";
import { createTokens, type Tokens } from "../gateway/auth/tokens.ts";
import type { Directory } from "../gateway/deps.ts";
import { createGateway, type Gateway } from "../gateway/gateway.ts";
import { loopbackHosts } from "../gateway/http/same-site.ts";
import { writeWhole } from "../hosts/bun/files.ts";
import { type Listener, listen, upgradeOnBun } from "../hosts/bun/serve.ts";
import { type OpenTown, openTown } from "../hosts/bun/town.ts";
import { agentSecrets } from "./agent-secrets.ts";
import type { Io } from "./lib/io.ts";
import { GATEWAY_FILE, type GatewayFile, isTown } from "./lib/town-folder.ts";
import { hasBrowser, openBrowser } from "./open-browser.ts";
import { selfCommand } from "./self.ts";
import { townSecrets } from "./town-secrets.ts";
import { VERSION } from "./version.ts";
import { buildWebIfDue, webAssets } from "./web-assets.ts";

const OWNER_ID = "owner";
const DEFAULT_PORT = 4180;
const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
/** The link that is printed at the start; `gt url` makes another. */
const FIRST_LINK_TTL_MS = 3_600_000;
/** An agent's token outlives its run's time limit a little. */
const TOKEN_SLACK_MS = 3_600_000;
/** A session has no limit: its sandbox is given a new token long before. */
const SESSION_TOKEN_MS = 24 * 3_600_000;
/** Lets the answer to `gt stop` leave before the listener goes. */
const LAST_ANSWER_MS = 50;

export interface ServeTownOptions {
  readonly io: Io;
  readonly dir: string;
  /** Name of a town that is to be made; made of the folder's name when absent. */
  readonly name: string | undefined;
  /** Exactly this port, or 4180 and the next free one. */
  readonly port: number | undefined;
  readonly hostname: string;
  /** Names, with port, by which browsers reach it besides loopback. */
  readonly allowHosts: readonly string[];
  /** Undefined: on a terminal of a desktop. */
  readonly openBrowser: boolean | undefined;
  /** What is going on, for a person. */
  say(line: string): void;
}

/** A town that is up. */
export interface ServedTown {
  readonly dir: string;
  readonly town: string;
  readonly owner: string;
  readonly url: string;
  /** Signs a browser in, once. */
  readonly signInUrl: string;
  readonly directory: Directory;
  /** Resolves when it was stopped: by a signal, by `gt stop`, or by `stop`. */
  readonly stopped: Promise<void>;
  stop(options: { readonly agents: boolean }): Promise<void>;
}

/**
 * Opens the town, making it when the folder is empty, and serves it until it is stopped. On ctrl-c and TERM it stops, and
 * agents go on.
 * @throws {AppError} conflict (it is up already, or the port is taken), invalid_argument (not a town's folder), ...
 */
export async function serveTown(options: ServeTownOptions): Promise<ServedTown> {
  const dir = resolve(options.io.cwd, options.dir);
  refuseForeignFolder(dir);
  await buildWebIfDue(options.say);
  const late: { tokens?: Tokens } = {};
  const town = await openTown({
    dir,
    create: options.name ?? nameOf(dir),
    actors: createActors,
    self: selfCommand(),
    env: options.io.env,
    version: VERSION,
    agentSecrets: spec => agentSecrets(spec, options.io.env),
    agentToken: async spec => {
      if (late.tokens === undefined)
        throw new AppError("unavailable", "The town is not up yet.", { retryable: true });
      const { job, agent, limits } = spec;
      const claims = { town: spec.town, rig: agent.rig, agent: agent.name, role: agent.role };
      if (job.kind === "session")
        return await late.tokens.signAgent({ ...claims, attempt: job.attempt }, SESSION_TOKEN_MS);
      const work = job.kind === "work" ? { bead: job.bead.id, attempt: job.attempt } : {};
      return await late.tokens.signAgent({ ...claims, ...work }, limits.wall_s * 1_000 + TOKEN_SLACK_MS);
    },
  });
  try {
    const secrets = townSecrets(dir);
    late.tokens = createTokens(secrets.signingKey, Date.now);
    return await serve(options, dir, town, late.tokens, secrets);
  } catch (error) {
    await town.close();
    throw error;
  }
}

async function serve(
  options: ServeTownOptions,
  dir: string,
  town: OpenTown,
  tokens: Tokens,
  secrets: ReturnType<typeof townSecrets>,
): Promise<ServedTown> {
  const owner = { id: OWNER_ID, name: ownerName(options.io) };
  const signIn = createSignInTokens({
    now: Date.now,
    randomBytes: count => crypto.getRandomValues(new Uint8Array(count)),
  });
  const keyId = hex(await digest(secrets.signingKey.toHex()));
  const listening: { listener?: Listener; gateway?: Gateway } = {};
  const over = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const stop = (how: { readonly agents: boolean }): Promise<void> => {
    stopping ??= shutDown(how).finally(over.resolve);
    return stopping;
  };
  listening.gateway = createGateway({
    version: VERSION,
    directory: town.directory,
    terminals: town.terminals,
    assets: webAssets(),
    towns: async () => [town.name],
    authenticator: createAuthenticator({
      tokens,
      ownerToken: secrets.ownerToken,
      owner,
      townsOf: async () => [],
    }),
    tokens,
    signIn,
    keyId,
    secure: false,
    allowsHost: loopbackHosts(() => listening.listener?.port ?? 0, options.allowHosts),
    upgrade: upgradeOnBun,
    async stop(how) {
      setTimeout(() => void stop(how).catch(reportStop), LAST_ANSWER_MS);
    },
    now: Date.now,
    incident: () => crypto.randomUUID().slice(0, 8),
    log: town.log.child({ part: "gateway" }),
  });
  const { gateway } = listening;
  if (!LOOPBACK.has(options.hostname)) {
    options.say(
      `Listening on ${options.hostname}, without TLS: put a proxy with TLS in front, and name it by --allow-host.`,
    );
  }
  listening.listener = listen({
    hostname: options.hostname,
    port: options.port ?? DEFAULT_PORT,
    orNext: options.port === undefined,
    fetch: (request, server) => gateway.fetch(request, server),
  });
  const url = urlOf(options.hostname, listening.listener.port);
  // A promise that nobody waits for is a defect, and no reason to leave the agents without their town.
  const onStray = (error: unknown): void => town.log.error("a promise was left to itself", { error });
  const onSignal = (): void => void stop({ agents: false }).catch(reportStop);
  try {
    const file: GatewayFile = {
      town: town.name,
      url,
      pid: process.pid,
      started_at: new Date().toISOString(),
      version: VERSION,
    };
    writeWhole(join(dir, GATEWAY_FILE), `${JSON.stringify(file)}\n`);
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    process.on("SIGHUP", onSignal);
    process.on("unhandledRejection", onStray);
    await town.start(url);
    const { token } = await signIn.issue(OWNER_ID, FIRST_LINK_TTL_MS);
    const signInUrl = `${url}/?token=${token}`;
    if (options.openBrowser ?? hasBrowser(options.io)) {
      openBrowser(
        `${url}/?token=${(await signIn.issue(OWNER_ID, FIRST_LINK_TTL_MS)).token}`,
        join(dir, "run"),
      );
    }
    return {
      dir,
      town: town.name,
      owner: owner.name,
      url,
      signInUrl,
      directory: town.directory,
      stopped: over.promise,
      stop,
    };
  } catch (error) {
    await stop({ agents: false });
    throw error;
  }

  async function shutDown(how: { readonly agents: boolean }): Promise<void> {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    process.off("SIGHUP", onSignal);
    process.off("unhandledRejection", onStray);
    try {
      gateway.close();
      await town.close(how);
      await listening.listener?.stop();
    } finally {
      rmSync(join(dir, GATEWAY_FILE), { force: true });
    }
  }

  function reportStop(error: unknown): void {
    options.say(`Stopping failed: ${AppError.from(error).message}`);
  }
}

/** A folder with something in it that is no town is not made one. */
function refuseForeignFolder(dir: string): void {
  if (isTown(dir) || !existsSync(dir)) return;
  const allowed = new Set([
    "remotes",
    "rigs",
    "worktrees",
    "agents",
    "actors",
    "run",
    "secrets",
    "log",
    "hq.git",
  ]);
  const foreign = readdirSync(dir).find(name => !allowed.has(name));
  if (foreign === undefined) return;
  throw new AppError("invalid_argument", `${dir} is no town's folder: it holds ${foreign}.`, {
    hint: "Choose an empty folder, or one that is not there yet.",
  });
}

function nameOf(dir: string): string {
  const name = basename(dir)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "");
  return name === "" ? "town" : name.slice(0, 64);
}

/** As in the user's commits, else the name of the account. */
function ownerName({ env }: Pick<Io, "env">): string {
  const git = Bun.spawnSync(["git", "config", "--global", "--get", "user.name"], {
    env: { ...env },
    stderr: "ignore",
  });
  const name = git.stdout.toString().trim().slice(0, 100);
  return name !== "" ? name : (env.USER ?? env.LOGNAME ?? OWNER_ID);
}

function urlOf(hostname: string, port: number): string {
  const everywhere = hostname === "0.0.0.0" || hostname === "::";
  const name = everywhere ? "127.0.0.1" : hostname.includes(":") ? `[${hostname}]` : hostname;
  return `http://${name}:${port}`;
}
