/** A town opened in this process: its folder, beads, actors, sandboxes and terminals, composed. */
import { join, resolve } from "node:path";
import type { ActorDeps } from "../../../../actors/deps.ts";
import type { ActorClass } from "../../../../actors/kernel/actor.ts";
import { systemClock } from "../../../../actors/kernel/clock.ts";
import type { ActorRef } from "../../../../actors/kernel/host.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { TOWN_STOPPED } from "../../../../agent-sandbox/protocol/control.ts";
import type { SandboxSpec } from "../../../../agent-sandbox/protocol/spec.ts";
import type { BeadStore } from "../../../../store/api.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import type { Directory, Terminals } from "../../../gateway/deps.ts";
import { type ForeignChanges, watchForeignChanges } from "../../shared/foreign-changes.ts";
import { createSyncPort } from "../../shared/sync-stores.ts";
import { createForgePort } from "../forge/port.ts";
import { type BunHost, createBunHost } from "../host.ts";
import { createLogFile } from "../log-file.ts";
import { CONTACTS_FILE } from "../notify/contacts.ts";
import { createNotifyPort } from "../notify/port.ts";
import { bootId } from "../process/identity.ts";
import { removeHalfClones } from "../repos/clone.ts";
import { createRepoPort } from "../repos/port.ts";
import { modelSecrets } from "../sandboxes/model-secrets.ts";
import { createSandboxPort, type SandboxPort } from "../sandboxes/port.ts";
import { TaskSupervisor, type TreeNode } from "../supervision/tasks.ts";
import { createTerminals } from "../terminals/terminals.ts";
import { lockTown, type TownLock } from "../town-lock.ts";
import { type BunTownPaths, createTownPaths, socketFolder } from "../town-paths.ts";
import { ensureHq, ensureTownFolder, readTownFile } from "./folder.ts";
import { formulaFiles } from "./formulas.ts";
import { openTownStores, type TownStores } from "./stores.ts";

/** Who the host is, where an actor asks. */
const HOST_NAME = "gastown";
const WAKE_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 5_000;
/** How long a turn may go on when the town is closed. */
const DRAIN_MS = 10_000;

export interface TownOptions {
  /** The town's folder. */
  readonly dir: string;
  /** Makes the town with this name when the folder holds none yet. Absent: it must be there. */
  readonly create?: string;
  /** The classes of the actors, e.g. `createActors`. */
  readonly actors: (deps: ActorDeps) => readonly ActorClass[];
  /** How the program starts itself: `[...self, "sandbox", specPath]`. */
  readonly self: readonly string[];
  /** Environment that git and the sandbox processes inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Version of the program, for people. */
  readonly version: string;
  /** Signs a token by which the agent of a run is known to the gateway. */
  readonly agentToken: (spec: SandboxSpec) => Promise<string>;
  /** Environment with secrets for the agent of a run. Default: the key of its own model, from `env`. */
  readonly agentSecrets?: (spec: SandboxSpec) => Readonly<Record<string, string>>;
  /** Default: JSON lines in the town's `log` folder. */
  readonly log?: Logger;
}

/** A town that is open. */
export interface OpenTown {
  readonly name: string;
  readonly paths: BunTownPaths;
  readonly directory: Directory;
  readonly terminals: Terminals;
  /** The beads of the town and of its rigs. */
  readonly beads: BeadStore;
  readonly log: Logger;
  /**
   * Sets the town going: overdue timers fire, living sandboxes are adopted, work goes on. To be called when the gateway
   * answers at `url`; again when it moved.
   */
  start(url: string): Promise<void>;
  /** What runs under whose supervision. */
  tree(): TreeNode;
  /**
   * Closes in order: turns end, what is pending stays for the next start. Sandboxes outlive it, unless `agents` asks for
   * their end too. May be called twice.
   */
  close(options?: { readonly agents?: boolean }): Promise<void>;
}

/**
 * Opens the town in a folder. Only one process may have it open.
 * @throws {AppError} conflict (it is open elsewhere; data: pid, url), not_found (no town there), corrupt, not_supported,
 * storage_full, storage_io, forbidden, command_not_found (no git)
 */
export async function openTown(options: TownOptions): Promise<OpenTown> {
  const { env } = options;
  const paths = createTownPaths(resolve(options.dir), socketFolder(env, process.getuid?.() ?? 0));
  const now = new Date();
  const file =
    options.create === undefined ? readTownFile(paths.config) : ensureTownFolder(paths, options.create, now);
  const lock = lockTown(paths.lock, file.name, now);
  try {
    ensureTownFolder(paths, file.name, now);
    removeHalfClones(paths.rigs);
    await ensureHq(paths.hq, env);
    const log = options.log ?? createLogFile({ path: `${paths.log}/town.jsonl` });
    const stores = await openTownStores({ paths, env, log });
    try {
      return await Town.compose({ options, paths, name: file.name, lock, log, stores });
    } catch (error) {
      await stores.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Parts {
  readonly options: TownOptions;
  readonly paths: BunTownPaths;
  readonly name: string;
  readonly lock: TownLock;
  readonly log: Logger;
  readonly stores: TownStores;
}

class Town implements OpenTown {
  readonly name: string;
  readonly paths: BunTownPaths;
  readonly log: Logger;
  readonly terminals: Terminals;
  readonly #parts: Parts;
  readonly #host: BunHost;
  readonly #root: TaskSupervisor;
  readonly #sandboxes: SandboxPort;
  readonly #changes: ForeignChanges;
  #url: string | undefined;
  #started = false;
  #closing: Promise<void> | undefined;

  /** Supervision: `root` -> the town -> `sandboxes`, with a task for each run. */
  static async compose(parts: Parts): Promise<Town> {
    const { name, log } = parts;
    // Its own tasks are tried for as long as the process lives; there is nobody above to give them up to.
    const policy = { maxRestarts: 1_000 };
    const root = new TaskSupervisor({ name: "root", policy, clock: systemClock, log });
    const town = await root.supervisor(name);
    const sandboxes = await town.supervisor("sandboxes");
    return new Town(
      parts,
      root,
      sandboxes,
      createTerminals({ town: name, paths: parts.paths, boot: bootId() }),
    );
  }

  private constructor(parts: Parts, root: TaskSupervisor, supervisor: TaskSupervisor, terminals: Terminals) {
    const { options, paths, name, log, stores } = parts;
    this.name = name;
    this.paths = paths;
    this.log = log;
    this.terminals = terminals;
    this.#parts = parts;
    this.#root = root;
    // The ports call the actors, and the actors the ports: the one that is made first reaches the other through this.
    const directory: Directory = {
      call: (to, method, args, callOptions) => this.#host.call(to, method, args, callOptions),
      watch: (ref, listener) => this.#host.watch(ref, listener),
    };
    this.#sandboxes = createSandboxPort({
      directory,
      supervisor,
      self: options.self,
      env: options.env,
      boot: bootId(),
      secrets: spec => this.#secrets(spec),
      now: () => new Date(),
      log,
    });
    this.#changes = watchForeignChanges({
      ledger: stores.ledger,
      tell: ids => (this.#started ? this.#tellTown("beadsChanged", { ids }) : Promise.resolve()),
      clock: systemClock,
      log,
    });
    const townBeads = this.#changes.store;
    this.#host = createBunHost({
      folder: paths.actors,
      actors: options.actors({
        paths: asked => this.#pathsOf(asked),
        version: options.version,
        formulas: formulaFiles(paths.formulas),
      }),
      ports: {
        sandbox: this.#sandboxes,
        repo: createRepoPort({ paths, env: options.env, stores }),
        forge: createForgePort({
          secrets: paths.secrets,
          env: options.env,
          version: options.version,
          now: () => Date.now(),
          fetch,
        }),
        sync: createSyncPort(() => stores.sync()),
        notify: createNotifyPort({
          contacts: join(paths.secrets, CONTACTS_FILE),
          platform: process.platform,
          env: options.env,
          log,
        }),
      },
      beads: ref => (ref.kind === "town" && ref.name === name ? townBeads : undefined),
      log,
    });
  }

  get directory(): Directory {
    return this.#host;
  }

  get beads(): BeadStore {
    return this.#parts.stores.ledger;
  }

  async start(url: string): Promise<void> {
    this.#url = url;
    this.#parts.lock.announce(url);
    if (this.#started) {
      await this.#sandboxes.announceGateway();
      return;
    }
    this.#started = true;
    this.log.info("town starts", {
      town: this.name,
      url,
      pid: process.pid,
      version: this.#parts.options.version,
    });
    await this.#host.start();
    await this.#root.add({
      id: "wake",
      restart: "transient",
      run: async () => void (await this.#tellTown("wake", {})),
    });
  }

  tree(): TreeNode {
    return this.#root.tree();
  }

  close(options: { readonly agents?: boolean } = {}): Promise<void> {
    this.#closing ??= this.#close(options.agents ?? false);
    return this.#closing;
  }

  async #close(agents: boolean): Promise<void> {
    const { lock, stores } = this.#parts;
    this.log.info("town closes", { town: this.name, agents });
    try {
      // First nothing is decided any more: the end of an agent must not be answered with a new one.
      await this.#root.stop();
      this.#changes.stop();
      await this.#host.close(DRAIN_MS);
      // What the agents say at their end is in their logs, and is heard at the next start.
      if (agents) await this.#sandboxes.stopAll(TOWN_STOPPED, STOP_GRACE_MS);
      await stores.close();
    } finally {
      lock.release();
    }
  }

  #pathsOf(town: string): BunTownPaths {
    if (town === this.name) return this.paths;
    throw new AppError("not_found", `The town ${town} is not run by this process.`);
  }

  async #secrets(spec: SandboxSpec) {
    const { agentToken, env, agentSecrets = asked => modelSecrets(asked, env) } = this.#parts.options;
    if (this.#url === undefined) {
      throw new AppError("unavailable", "The gateway does not answer yet.", { retryable: true });
    }
    return {
      agent_token: await agentToken(spec),
      gateway_url: this.#url,
      env: { ...agentSecrets(spec) },
    };
  }

  #tellTown(method: string, args: object): Promise<unknown> {
    const town: ActorRef = { kind: "town", name: this.name };
    return this.#host.call(town, method, { by: HOST_NAME, ...args }, { timeoutMs: WAKE_TIMEOUT_MS });
  }
}
