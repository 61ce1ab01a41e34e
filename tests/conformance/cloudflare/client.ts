/** The outside of a worker under test as the suites see it: calls in order, events, restarts. */
import type { ActorRef, Port } from "../../../actors/kernel/host.ts";
import { WATCH_ECHO } from "../../../runtime/hosts/cloudflare/objects/echo.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { HostUnderTest } from "../host.ts";
import type { Request, Response, Scope } from "./wire.ts";
import type { Workerd } from "./workerd.ts";

const PATIENCE_MS = 15_000;
const POLL_MS = 5;
/** As the system of actors has it for callers that name no time. */
const CALL_TIMEOUT_MS = 30_000;

interface Watch {
  readonly ref: ActorRef;
  readonly listener: (event: unknown) => void;
  socket: Promise<WatchSocket>;
}

interface WatchSocket {
  /** Resolves when all events up to now have been told. */
  settled(): Promise<void>;
  close(): void;
}

type Unsent = Request extends infer R ? (R extends Request ? Omit<R, "id" | "scope"> : never) : never;

export interface WorkerdClientOptions {
  /** Ports of this process by kind; what the suite itself asks of them does not go by workerd. */
  readonly ports: Readonly<Record<string, Port>>;
  /** End every object once it has answered and is idle. */
  readonly evicts: boolean;
}

/** One host under test. */
export function workerdClient(
  workerd: Workerd,
  scope: Scope,
  { ports, evicts }: WorkerdClientOptions,
): HostUnderTest & {
  /** A mark of the object's instance that lives now. */
  instance(of: ActorRef): Promise<unknown>;
} {
  const watches = new Set<Watch>();
  let connection = connect(workerd.url);
  let pending = 0;

  const ask = async (request: Unsent): Promise<unknown> => {
    // Whoever began to watch before hears of this call.
    if (watches.size > 0) await Promise.all([...watches].map(watch => watch.socket));
    pending += 1;
    try {
      return await connection.ask({ ...request, scope });
    } finally {
      pending -= 1;
      if (evicts && pending === 0)
        await connection.ask({ op: "evict", scope, to: request.to }).catch(() => null);
      for (const watch of watches) await (await watch.socket).settled();
    }
  };

  return {
    async call(to, method, args, options) {
      const timeoutMs = options?.timeoutMs ?? CALL_TIMEOUT_MS;
      const port = ports[to.kind];
      if (port === undefined) return ask({ op: "call", to, method, args, timeoutMs });
      return port.call(to.name, method, args, { chain: [], deadline: Date.now() + timeoutMs });
    },
    deliver: (to, method, args, from, seq) =>
      ask({ op: "call", to, method, args, timeoutMs: CALL_TIMEOUT_MS, message: { from, seq } }),
    instance: of => connection.ask({ op: "instance", scope, to: of }),
    watch(ref, listener) {
      const watch: Watch = { ref, listener, socket: openWatch(workerd.url, scope, ref, listener) };
      watches.add(watch);
      return () => {
        watches.delete(watch);
        void watch.socket.then(socket => socket.close());
      };
    },
    async until(why, check) {
      const end = Date.now() + PATIENCE_MS;
      while (!(await check())) {
        if (Date.now() > end) throw new Error(`Waited ${PATIENCE_MS} ms for: ${why}`);
        await Bun.sleep(POLL_MS);
      }
    },
    // Real time is what is under test here: nothing may happen in it.
    pass: ms => Bun.sleep(ms + 40),
    async restart() {
      const old = connection;
      await workerd.restart();
      old.close();
      connection = connect(workerd.url);
      for (const watch of watches) watch.socket = openWatch(workerd.url, scope, watch.ref, watch.listener);
    },
    async close() {
      for (const watch of watches) (await watch.socket).close();
      connection.close();
    },
  };
}

type Connected = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

interface Connection {
  ask(request: Connected): Promise<unknown>;
  close(): void;
}

/** One WebSocket for all calls, so that they arrive in the order in which they were made. */
function connect(url: string): Connection {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}calls`);
  const open = new Promise<void>(resolve => socket.addEventListener("open", () => resolve()));
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  let next = 1;
  let queue: Promise<unknown> = open;
  socket.addEventListener("message", ({ data }) => {
    const answer: Response = JSON.parse(String(data));
    const waiter = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.ok) waiter?.resolve(answer.value);
    else waiter?.reject(AppError.fromJSON(answer.error));
  });
  const giveUp = () => {
    for (const { reject } of waiting.values()) {
      reject(new AppError("unavailable", "The host was stopped.", { retryable: true }));
    }
    waiting.clear();
  };
  socket.addEventListener("close", giveUp);
  return {
    ask(request) {
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        queue = queue.then(() => socket.send(JSON.stringify({ ...request, id })));
      });
    },
    close() {
      socket.close();
      giveUp();
    },
  };
}

function openWatch(
  url: string,
  scope: Scope,
  to: ActorRef,
  listener: (event: unknown) => void,
): Promise<WatchSocket> {
  const of = encodeURIComponent(JSON.stringify({ scope, to }));
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}watch?of=${of}`);
  const echoes: (() => void)[] = [];
  let closed = false;
  socket.addEventListener("message", ({ data }) => {
    if (data === WATCH_ECHO) echoes.shift()?.();
    else listener(JSON.parse(String(data)));
  });
  socket.addEventListener("close", () => {
    closed = true;
    for (const echo of echoes.splice(0)) echo();
  });
  return new Promise(resolve => {
    socket.addEventListener("open", () =>
      resolve({
        settled: () =>
          new Promise(done => {
            if (closed) return done();
            echoes.push(done);
            socket.send(WATCH_ECHO);
          }),
        close: () => socket.close(),
      }),
    );
  });
}
