/** The real gateway over a fake town and fake terminals, on a real port: what a browser sees is what a town serves. */
import { noopLogger } from "../../actors/kernel/logger.ts";
import { createAuthenticator } from "../../runtime/gateway/auth/authenticate.ts";
import { createSignInTokens } from "../../runtime/gateway/auth/sign-in.ts";
import { createTokens } from "../../runtime/gateway/auth/tokens.ts";
import type { Assets, SocketHandlers, SocketPeer } from "../../runtime/gateway/deps.ts";
import { createGateway } from "../../runtime/gateway/gateway.ts";
import { loopbackHosts } from "../../runtime/gateway/http/same-site.ts";
import { AppError } from "../../store/schema/errors.ts";
import { FakeTerminals } from "./fake-terminals.ts";
import { FakeTown } from "./fake-town.ts";

interface SocketData {
  readonly handlers: SocketHandlers;
}

export interface FakeGateway {
  readonly url: string;
  readonly town: FakeTown;
  readonly terminals: FakeTerminals;
  /** A link that signs a browser in, once. */
  signInUrl(): Promise<string>;
  /** Cuts every connection and, while `refuse` is true, lets no new one in. */
  cut(refuse: boolean): void;
  stop(): Promise<void>;
}

/** @param dist folder with the built dashboard */
export function startFakeGateway(dist: string): FakeGateway {
  const town = new FakeTown();
  const terminals = new FakeTerminals();
  const open = new Set<Bun.ServerWebSocket<SocketData>>();
  let refusing = false;
  const now = () => Date.now();
  const tokens = createTokens(new Uint8Array(32).fill(7), now);
  const signIn = createSignInTokens({
    now,
    randomBytes: count => crypto.getRandomValues(new Uint8Array(count)),
  });

  const server = Bun.serve<SocketData>({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request, self) => {
      if (refusing) return new Response("away", { status: 502 });
      const response = await gateway.fetch(request, self);
      // An accepted upgrade has been answered by the server itself.
      return response.headers.get("x-upgraded") === "yes" ? undefined : response;
    },
    websocket: {
      open(socket) {
        open.add(socket);
        socket.data.handlers.open(peerOf(socket));
      },
      message: (socket, data) =>
        socket.data.handlers.message(typeof data === "string" ? data : new Uint8Array(data)),
      drain: socket => socket.data.handlers.drain(),
      close(socket) {
        open.delete(socket);
        socket.data.handlers.close();
      },
    },
  });
  const gateway = createGateway({
    version: "0.1.0",
    directory: town.directory,
    terminals,
    assets: folderAssets(dist),
    towns: async () => [town.name],
    authenticator: createAuthenticator({
      tokens,
      ownerToken: "owner-secret",
      owner: { id: "ada", name: "Ada" },
      townsOf: async () => [],
    }),
    tokens,
    signIn,
    keyId: "0123456789abcdef",
    secure: false,
    allowsHost: loopbackHosts(() => server.port ?? 0),
    upgrade(request, _, handlers) {
      if (!server.upgrade(request, { data: { handlers } })) {
        throw new AppError("invalid_argument", "The request is no upgrade.");
      }
      return new Response(null, { headers: { "x-upgraded": "yes" } });
    },
    stop: async () => undefined,
    now,
    incident: () => "incident-1",
    log: noopLogger,
  });
  const url = `http://127.0.0.1:${server.port}`;

  return {
    url,
    town,
    terminals,
    async signInUrl() {
      const { token } = await signIn.issue("ada", 60_000);
      return `${url}/?token=${token}`;
    },
    cut(refuse) {
      refusing = refuse;
      for (const socket of open) socket.terminate();
    },
    async stop() {
      gateway.close();
      await server.stop(true);
      terminals.dispose();
    },
  };
}

function peerOf(socket: Bun.ServerWebSocket<SocketData>): SocketPeer {
  return {
    send(frame) {
      socket.send(frame);
      return socket.getBufferedAmount();
    },
    close: (code, reason) => socket.close(code, reason),
  };
}

function folderAssets(dist: string): Assets {
  return {
    async get(path) {
      const file = Bun.file(`${dist}${path === "/" ? "/index.html" : path}`);
      if (path.includes("..") || !(await file.exists())) return undefined;
      return { body: await file.bytes(), type: file.type, immutable: path.startsWith("/assets/") };
    },
  };
}
