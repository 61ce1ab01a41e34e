/** The outside of a worker under test: calls over one WebSocket, in order; the events of an actor over another. */
import { opened, reached, stubOf } from "../../../runtime/hosts/cloudflare/objects/remote-actors.ts";
import type {
  ObjectState,
  ObjectStub,
  PlatformSocket,
  SocketPairConstructor,
} from "../../../runtime/hosts/cloudflare/platform.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { scopedActors, type TestEnv } from "./scoped.ts";
import type { Request as Wire, Response as WireAnswer } from "./wire.ts";

type TestStub = ObjectStub & { evict(): Promise<void>; instance(): Promise<string> };

/** The `fetch` of a worker under test over these kinds of actors. */
export function serveCalls(kinds: readonly string[]): (request: Request, env: TestEnv) => Promise<Response> {
  return async (request, env) => {
    const url = new URL(request.url);
    if (url.pathname === "/calls") return callSocket(kinds, env);
    if (url.pathname === "/watch") {
      const { scope, to } = JSON.parse(url.searchParams.get("of") ?? "");
      const headers = { upgrade: "websocket" };
      // SAFETY: the response goes back to the platform as it came from it.
      return (await stubOf(scopedActors(env, kinds, scope), to).fetch(request.url, { headers })) as Response;
    }
    return new Response(null, { status: 404 });
  };
}

function callSocket(kinds: readonly string[], env: TestEnv): Response {
  const Pair = Reflect.get(globalThis, "WebSocketPair") as SocketPairConstructor;
  const { 0: client, 1: server } = new Pair();
  server.accept();
  // Calls over one stub arrive in order.
  const stubs = new Map<string, TestStub>();
  server.addEventListener("message", ({ data }) => {
    const wire: Wire = JSON.parse(String(data));
    void answer(wire).then(
      value => reply(server, { id: wire.id, ok: true, value }),
      error => reply(server, { id: wire.id, ok: false, error: AppError.from(error).toJSON() }),
    );
  });
  return new Response(null, { status: 101, webSocket: client } as ResponseInit);

  async function answer(wire: Wire): Promise<unknown> {
    const { scope, to } = wire;
    const map = scopedActors(env, kinds, scope);
    const key = JSON.stringify([to, scope.id]);
    const stub = stubs.get(key) ?? (stubOf(map, to) as TestStub);
    stubs.set(key, stub);
    if (wire.op === "evict") {
      stubs.delete(key);
      // The instance that ends cannot answer.
      await stub.evict().catch(() => undefined);
      return null;
    }
    if (wire.op !== "call") return stub.instance();
    const meta = { chain: [], deadline: Date.now() + wire.timeoutMs, ...wire.message };
    try {
      return opened(await reached(to, () => stub.call(wire.method, wire.args, meta)));
    } catch (error) {
      if (error instanceof AppError && error.code === "unavailable") stubs.delete(key);
      throw error;
    }
  }
}

function reply(socket: PlatformSocket, answer: WireAnswer): void {
  socket.send(JSON.stringify(answer));
}

/** What an object under test can do besides: go away, as on eviction, when nothing runs and nobody watches. */
export async function evictIfIdle(ctx: ObjectState, object: { idle(): Promise<boolean> }): Promise<void> {
  if ((await object.idle()) && ctx.getWebSockets().length === 0) ctx.abort("evicted");
}
