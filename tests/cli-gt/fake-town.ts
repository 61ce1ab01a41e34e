/** A town's folder whose gateway is real, on a real port, and whose actors are a script. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noopLogger } from "../../actors/kernel/logger.ts";
import { createAuthenticator } from "../../runtime/gateway/auth/authenticate.ts";
import { createSignInTokens } from "../../runtime/gateway/auth/sign-in.ts";
import { createTokens, type Tokens } from "../../runtime/gateway/auth/tokens.ts";
import type { TerminalSession } from "../../runtime/gateway/deps.ts";
import { createGateway } from "../../runtime/gateway/gateway.ts";
import { loopbackHosts } from "../../runtime/gateway/http/same-site.ts";
import { listen, upgradeOnBun } from "../../runtime/hosts/bun/serve.ts";
import { AppError } from "../../store/schema/errors.ts";

const at = "2026-01-01T00:00:00.000Z";
const root = join(import.meta.dir, "../..");

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FakeTerminal {
  readonly sent: unknown[];
  frame: Parameters<TerminalSession["onFrame"]>[0];
  data: Parameters<TerminalSession["onData"]>[0];
}

export interface FakeTown extends AsyncDisposable {
  readonly dir: string;
  readonly url: string;
  readonly tokens: Tokens;
  readonly calls: { readonly to: string; readonly method: string; readonly args: Record<string, unknown> }[];
  readonly stops: { readonly agents: boolean }[];
  /** Resolves with the next terminal that is opened. */
  readonly terminal: Promise<FakeTerminal>;
  /** Sets the answer of a method: a value, an error to throw, or a function of the arguments. */
  answer(method: string, value: unknown): void;
  publish(event: unknown): void;
  /** Runs `gt` as a process. */
  gt(
    words: readonly string[],
    options?: { readonly env?: Record<string, string>; readonly stdin?: string; readonly cwd?: string },
  ): Promise<Ended>;
}

export const bead = (id: string, more: object = {}) => ({
  id,
  title: `Bead ${id}`,
  status: "open",
  priority: 2,
  issue_type: "task",
  created_at: at,
  updated_at: at,
  ...more,
});

export const agent = (id: string, more: object = {}) => ({
  id,
  name: id.split("/")[1],
  role: "polecat",
  rig: id.split("/")[0],
  state: "working",
  activity: "working",
  since: at,
  bead: "sa-1",
  bead_title: "Bead sa-1",
  generation: 1,
  attempt: 1,
  isolation: "process",
  completed: 0,
  has_terminal: true,
  ...more,
});

/** The environment of a command: nothing of the developer's but the PATH. */
export function cleanEnv(home: string, extra: Record<string, string> = {}): Record<string, string> {
  return { HOME: home, PATH: process.env.PATH ?? "/usr/bin:/bin", LANG: "C.UTF-8", ...extra };
}

/** Runs `gt` from sources as a process. */
export async function runGt(
  words: readonly string[],
  options: { readonly env: Record<string, string>; readonly cwd: string; readonly stdin?: string },
): Promise<Ended> {
  const child = Bun.spawn([process.execPath, join(root, "runtime/cli/gastown.ts"), "gt", ...words], {
    cwd: options.cwd,
    env: options.env,
    stdin: options.stdin === undefined ? "ignore" : new TextEncoder().encode(options.stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

export async function startFakeTown(): Promise<FakeTown> {
  const dir = mkdtempSync(join(tmpdir(), "gastown-fake-"));
  const answers = new Map<string, unknown>();
  const calls: { to: string; method: string; args: Record<string, unknown> }[] = [];
  const stops: { agents: boolean }[] = [];
  const watchers = new Set<(event: unknown) => void>();
  const opened = Promise.withResolvers<FakeTerminal>();
  const tokens = createTokens(new Uint8Array(32).fill(1), Date.now);
  const signIn = createSignInTokens({
    now: Date.now,
    randomBytes: n => crypto.getRandomValues(new Uint8Array(n)),
  });
  const gatewayFile = join(dir, "run", "gateway.json");
  const listener = listen({
    hostname: "127.0.0.1",
    port: 0,
    orNext: false,
    fetch: (request, server) => gateway.fetch(request, server),
  });
  const gateway = createGateway({
    version: "0.0.0",
    directory: {
      async call(to, method, args) {
        calls.push({ to: `${to.kind}:${to.name}`, method, args: args as Record<string, unknown> });
        const found = answers.get(method);
        const value = typeof found === "function" ? await found(args) : found;
        if (value instanceof Error) throw value;
        if (value === undefined) throw new AppError("not_supported", `The fake has no ${method}.`);
        return value;
      },
      watch(_, watcher) {
        watchers.add(watcher);
        return () => watchers.delete(watcher);
      },
    },
    terminals: {
      async open() {
        const terminal: FakeTerminal = { sent: [], frame: () => undefined, data: () => undefined };
        setTimeout(() => opened.resolve(terminal));
        return {
          onFrame(listen) {
            terminal.frame = listen;
          },
          onData(listen) {
            terminal.data = listen;
          },
          onClose: () => undefined,
          send: frame => void terminal.sent.push(frame),
          close: () => undefined,
        };
      },
      runs: async () => [],
      recording: async () => new ReadableStream(),
    },
    assets: { get: async () => undefined },
    towns: async () => ["demo"],
    authenticator: createAuthenticator({
      tokens,
      ownerToken: "owner-token",
      owner: { id: "owner", name: "owner" },
      townsOf: async () => [],
    }),
    tokens,
    signIn,
    keyId: "0123456789abcdef",
    secure: false,
    allowsHost: loopbackHosts(() => listener.port),
    upgrade: upgradeOnBun,
    async stop(options) {
      stops.push(options);
      rmSync(gatewayFile);
    },
    now: Date.now,
    incident: () => "incident",
    log: noopLogger,
  });
  const url = `http://127.0.0.1:${listener.port}`;
  for (const folder of ["run", "secrets", "home", "log"]) mkdirSync(join(dir, folder));
  writeFileSync(join(dir, "town.json"), '{"name":"demo"}\n');
  writeFileSync(join(dir, "secrets", "owner-token"), "owner-token\n");
  writeFileSync(
    gatewayFile,
    JSON.stringify({ town: "demo", url, pid: process.pid, started_at: at, version: "0.0.0" }),
  );
  return {
    dir,
    url,
    tokens,
    calls,
    stops,
    terminal: opened.promise,
    answer: (method, value) => void answers.set(method, value),
    publish(event) {
      for (const watcher of watchers) watcher(event);
    },
    gt: (words, options = {}) =>
      runGt(words, {
        env: cleanEnv(join(dir, "home"), { GASTOWN_TOWN: dir, ...options.env }),
        cwd: options.cwd ?? dir,
        ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
      }),
    async [Symbol.asyncDispose]() {
      gateway.close();
      await listener.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
