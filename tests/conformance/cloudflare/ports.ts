/** Ports of hosts under test that live in this process, for workers in workerd that call them over loopback. */
import type { Port } from "../../../actors/kernel/host.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { PortRequest } from "./wire.ts";

export interface PortServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Ports by kind of a host under test. */
  add(scope: string, ports: Readonly<Record<string, Port>>): void;
  remove(scope: string): void;
  close(): Promise<void>;
}

/** Serves ports. */
export function servePorts(): PortServer {
  const scopes = new Map<string, Readonly<Record<string, Port>>>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const [, scope = "", kind = ""] = new URL(request.url).pathname.split("/");
      const port = scopes.get(scope)?.[kind];
      // SAFETY: `distantPort` sends this.
      const { name, method, args } = (await request.json()) as PortRequest;
      if (port === undefined) {
        return Response.json({
          ok: false,
          error: new AppError("unavailable", "The suite is over.").toJSON(),
        });
      }
      try {
        const value = await port.call(name, method, args, { chain: [], deadline: Number.POSITIVE_INFINITY });
        return Response.json({ ok: true, value });
      } catch (error) {
        return Response.json({ ok: false, error: error instanceof AppError ? error.toJSON() : "broken" });
      }
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    add: (scope, ports) => void scopes.set(scope, ports),
    remove: scope => void scopes.delete(scope),
    close: () => server.stop(true),
  };
}
