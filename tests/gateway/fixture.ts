/** A gateway over a fake directory, reached in process by `fetch`, with one principal of every kind. */
import { noopLogger } from "../../actors/kernel/logger.ts";
import { createAuthenticator } from "../../runtime/gateway/auth/authenticate.ts";
import { createSignInTokens } from "../../runtime/gateway/auth/sign-in.ts";
import { createTokens } from "../../runtime/gateway/auth/tokens.ts";
import type { Directory, SocketHandlers, TerminalSession, Terminals } from "../../runtime/gateway/deps.ts";
import { createGateway, type Gateway } from "../../runtime/gateway/gateway.ts";
import { loopbackHosts } from "../../runtime/gateway/http/same-site.ts";
import { sessionCookieName } from "../../runtime/gateway/http/session-cookie.ts";
import { AppError } from "../../store/schema/errors.ts";

export const HOST = "127.0.0.1:4180";
export const ORIGIN = `http://${HOST}`;
const KEY_ID = "0123456789abcdef";
const START = Date.parse("2026-01-01T00:00:00Z");
const at = new Date(START).toISOString();

/** The beads of the fake town `demo`, and their rigs. */
const BEADS: Readonly<Record<string, string | undefined>> = {
  "sa-1": "sample",
  "sa-2": "sample",
  "ot-1": "other",
  "hq-1": undefined,
};

const bead = (id: string) => ({
  id,
  title: `Bead ${id}`,
  status: "in_progress",
  priority: 2,
  issue_type: "task",
  created_at: at,
  updated_at: at,
});

const agent = (id: string) => ({
  id,
  name: id.split("/")[1] ?? "",
  role: "polecat",
  rig: id.split("/")[0] ?? "",
  state: "working",
  since: at,
  bead: id.startsWith("other/") ? "ot-1" : "sa-1",
  attempt: 2,
  generation: 3,
  completed: 0,
  has_terminal: true,
});

export const KINDS = [
  "owner",
  "browser",
  "member",
  "stranger",
  "agent",
  "retired",
  "neighbour",
  "foreigner",
  "mayor",
  "reviewer",
  "expired",
  "forged",
  "anonymous",
] as const;
/**
 * owner: bearer of the owner's token; browser: the owner's cookie; member: a user of this town; stranger: a user of another
 * town; agent: works on sa-1; retired: its token of the attempt before; neighbour: an agent of another rig; foreigner: an
 * agent of the same rig name in another town; mayor: of this town; reviewer: an agent that reviews sa-1; expired, forged: tokens that do not count.
 */
export type Kind = (typeof KINDS)[number];

export interface RecordedCall {
  readonly to: string;
  readonly method: string;
  readonly args: unknown;
}

export interface Fixture {
  readonly gateway: Gateway;
  readonly calls: RecordedCall[];
  readonly stops: { readonly agents: boolean }[];
  readonly sockets: SocketHandlers[];
  readonly terminals: FakeTerminal[];
  readonly signIn: ReturnType<typeof createSignInTokens>;
  advance(ms: number): void;
  publish(event: unknown): void;
  /** Answers a method of the town otherwise than the fake does. */
  answer(method: string, value: unknown): void;
  headers(kind: Kind): Promise<Record<string, string>>;
  request(kind: Kind, method: string, path: string, body?: unknown): Promise<Response>;
}

export interface FakeTerminal {
  readonly agent: string;
  readonly sent: unknown[];
  closed: boolean;
  frame: Parameters<TerminalSession["onFrame"]>[0];
  data: Parameters<TerminalSession["onData"]>[0];
  end: Parameters<TerminalSession["onClose"]>[0];
}

export async function makeFixture(): Promise<Fixture> {
  let now = START;
  const calls: RecordedCall[] = [];
  const stops: { readonly agents: boolean }[] = [];
  const sockets: SocketHandlers[] = [];
  const opened: FakeTerminal[] = [];
  const answers = new Map<string, unknown>();
  const watchers = new Set<(event: unknown) => void>();

  const directory: Directory = {
    async call(to, method, args) {
      calls.push({ to: `${to.kind}:${to.name}`, method, args });
      const { id } = args as { id?: string };
      if (id !== undefined && !(id in BEADS)) throw new AppError("not_found", `There is no bead "${id}".`);
      if (answers.has(method)) {
        const value = answers.get(method);
        if (value instanceof Error) throw value;
        return value;
      }
      if (method === "view") return { seq: 7 };
      if (method === "bead" && id !== undefined) {
        return {
          bead: bead(id),
          rig: BEADS[id],
          blocked_by: [],
          dependents: [],
          merge_requests: [],
          events: [],
        };
      }
      if (method === "beadHistory" && id !== undefined) return { id, rig: BEADS[id], versions: [] };
      if (method === "undoPlan") {
        return { commit: "1".repeat(40), subject: "x", changes: [{ id: "sa-1", fields: ["notes"] }] };
      }
      if (method === "rigs") {
        return [{ name: "sample", prefix: "sa", git_url: "/x", path: "/y", settings: {}, state: "ready" }];
      }
      if (method === "agent") return agent((args as { agent: string }).agent);
      if (method === "prime") return "Do it.";
      return [];
    },
    watch(_, listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
  };
  const terminals: Terminals = {
    async open(_, name) {
      if (name === "sample/none") throw new AppError("not_found", "There is no such agent.");
      const terminal: FakeTerminal = {
        agent: name,
        sent: [],
        closed: false,
        frame: () => undefined,
        data: () => undefined,
        end: () => undefined,
      };
      opened.push(terminal);
      return {
        onFrame: listener => {
          terminal.frame = listener;
        },
        onData: listener => {
          terminal.data = listener;
        },
        onClose: listener => {
          terminal.end = listener;
        },
        send: frame => void terminal.sent.push(frame),
        close: () => {
          terminal.closed = true;
        },
      };
    },
    runs: async () => [],
    recording: async () => new Response('{"version":2}\n').body ?? new ReadableStream(),
  };

  const tokens = createTokens(new Uint8Array(32).fill(7), () => now);
  const otherTokens = createTokens(new Uint8Array(32).fill(8), () => now);
  const signIn = createSignInTokens({
    now: () => now,
    randomBytes: n => crypto.getRandomValues(new Uint8Array(n)),
  });
  const gateway = createGateway({
    version: "1.2.3",
    directory,
    terminals,
    assets: {
      get: async path =>
        path === "/index.html" || path === "/"
          ? { body: new TextEncoder().encode("<!doctype html>"), type: "text/html", immutable: false }
          : path === "/assets/main-abc123.js"
            ? { body: new TextEncoder().encode("1"), type: "text/javascript", immutable: true }
            : undefined,
    },
    towns: async () => ["demo"],
    authenticator: createAuthenticator({
      tokens,
      ownerToken: "owner-secret",
      owner: { id: "ada", name: "ada" },
      townsOf: async user => (user === "member" ? ["demo"] : ["elsewhere"]),
    }),
    tokens,
    signIn,
    keyId: KEY_ID,
    secure: false,
    allowsHost: loopbackHosts(() => 4180),
    upgrade: (_, __, handlers) => {
      sockets.push(handlers);
      return new Response(null, { status: 200, headers: { "x-upgraded": "yes" } });
    },
    stop: async options => void stops.push(options),
    now: () => now,
    incident: () => "incident-1",
    log: noopLogger,
  });

  const claims = {
    town: "demo",
    rig: "sample",
    agent: "toast",
    role: "polecat",
    bead: "sa-1",
    attempt: 2,
  } as const;
  const hour = 3_600_000;
  const cookie = async (user: string) => ({
    cookie: `${sessionCookieName(KEY_ID, false)}=${await tokens.signSession(user, hour)}`,
    origin: ORIGIN,
  });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const agentToken = async (
    over: Partial<typeof claims | Record<string, unknown>>,
    signer = tokens,
    ttl = hour,
  ) => bearer(await signer.signAgent({ ...claims, ...over } as typeof claims, ttl));
  const credentials: Record<Kind, () => Promise<Record<string, string>>> = {
    owner: async () => bearer("owner-secret"),
    browser: () => cookie("ada"),
    member: () => cookie("member"),
    stranger: () => cookie("stranger"),
    agent: () => agentToken({}),
    retired: () => agentToken({ attempt: 1 }),
    neighbour: () => agentToken({ rig: "other", bead: "ot-1" }),
    mayor: () =>
      agentToken({ rig: "hq", agent: "mayor", role: "mayor", bead: undefined, attempt: undefined }),
    reviewer: () => agentToken({ agent: "refinery", role: "refinery" }),
    foreigner: () => agentToken({ town: "elsewhere" }),
    expired: () => agentToken({}, tokens, -hour),
    forged: () => agentToken({}, otherTokens),
    anonymous: async () => ({}),
  };

  return {
    gateway,
    calls,
    stops,
    sockets,
    terminals: opened,
    signIn,
    advance: ms => {
      now += ms;
    },
    publish: event => {
      for (const watcher of watchers) watcher(event);
    },
    answer: (method, value) => void answers.set(method, value),
    headers: kind => credentials[kind](),
    async request(kind, method, path, body) {
      return await gateway.fetch(
        new Request(ORIGIN + path, {
          method,
          headers: {
            host: HOST,
            ...(await credentials[kind]()),
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
    },
  };
}
