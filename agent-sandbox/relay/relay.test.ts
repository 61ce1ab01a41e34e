import { afterEach, describe, expect, test } from "bun:test";
import { AppError } from "../../store/schema/errors.ts";
import type { DoneReply } from "../protocol/control.ts";
import { type Relay, startRelay } from "./relay.ts";

const reply: DoneReply = {
  submitted: true,
  bead: "gt-1",
  branch: "polecat/toast/gt-1",
  head: "abc",
  commits: 1,
  repeated: false,
};
let relay: Relay;
let gateway: Bun.Server<undefined> | undefined;
afterEach(async () => {
  await relay.close();
  await gateway?.stop(true);
  gateway = undefined;
});

function start(options: Partial<Parameters<typeof startRelay>[0]> = {}): void {
  relay = startRelay({
    gatewayUrl: gateway === undefined ? "http://127.0.0.1:9" : `http://127.0.0.1:${gateway.port}`,
    token: "good",
    done: async () => reply,
    patienceMs: 5_000,
    ...options,
  });
}

const serve = (fetch: (request: Request) => Response | Promise<Response>, port = 0): void => {
  gateway = Bun.serve({ hostname: "127.0.0.1", port, fetch });
};
const call = (path: string, init: RequestInit = {}, token = "good"): Promise<Response> =>
  fetch(`http://127.0.0.1:${relay.port}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });

describe("relay", () => {
  test("refuses a call without the agent's own token", async () => {
    start();
    for (const token of ["", "bad", "goodgood"]) {
      const answer = await call("/agent/done", { method: "POST", body: "{}" }, token);
      expect([answer.status, await answer.json()]).toMatchObject([401, { code: "unauthenticated" }]);
    }
  });

  test("answers done itself, and says why it refuses", async () => {
    let refuse = false;
    const asked: unknown[] = [];
    start({
      done: async ({ bead, summary, force }) => {
        asked.push([bead, summary, force]);
        if (refuse)
          throw new AppError("precondition_failed", "Uncommitted changes: a.txt.", { hint: "Commit them." });
        return reply;
      },
    });
    const good = await call("/agent/done", { method: "POST", body: '{"summary":"all of it"}' });
    expect(await good.json()).toEqual(reply);
    refuse = true;
    const bad = await call("/agent/done", { method: "POST", body: '{"bead":"gt-1"}' });
    expect([bad.status, await bad.json()]).toMatchObject([
      412,
      { code: "precondition_failed", hint: "Commit them." },
    ]);
    const malformed = await call("/agent/done", { method: "POST", body: '{"unknown":1}' });
    expect(malformed.status).toBe(400);
    expect((await call("/agent/done")).status).toBe(405);
    expect((await call("/secrets")).status).toBe(404);
    expect(asked).toEqual([
      [undefined, "all of it", false],
      ["gt-1", "", false],
    ]);
  });

  test("passes everything else on with the present token", async () => {
    serve(async request =>
      Response.json(
        {
          path: new URL(request.url).pathname + new URL(request.url).search,
          token: request.headers.get("authorization"),
          body: await request.text(),
        },
        { status: 207, headers: { "x-from": "gateway" } },
      ),
    );
    start();
    relay.update(`http://127.0.0.1:${gateway?.port}`, "renewed");
    const init = { method: "PUT", body: "b" };
    const answer = await call("/agent/api/v1/beads?x=1", init);
    expect([answer.status, answer.headers.get("x-from")]).toEqual([207, "gateway"]);
    expect(await answer.json()).toEqual({ path: "/api/v1/beads?x=1", token: "Bearer renewed", body: "b" });
    expect((await (await call("/api/v1/beads", init, "renewed")).json()).path).toBe("/api/v1/beads");
    expect((await (await call("/mcp", init)).json()).path).toBe("/mcp");
  });

  test("waits for a gateway that is away, at its new address", async () => {
    start();
    const pending = call("/agent/api/v1/beads", { method: "POST", body: "{}" });
    serve(() => Response.json({ here: true }));
    relay.update(`http://127.0.0.1:${gateway?.port}`);
    expect(await (await pending).json()).toEqual({ here: true });
  });

  test("gives up when the gateway stays away", async () => {
    start({ patienceMs: 300 });
    const answer = await call("/agent/api/v1/beads");
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { code: "unavailable", retryable: true },
    ]);
  });

  test("does not repeat a change that may have been made", async () => {
    let calls = 0;
    const breaking = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: socket => {
          calls += 1;
          socket.end();
        },
      },
    });
    start({ gatewayUrl: `http://127.0.0.1:${breaking.port}` });
    const answer = await call("/agent/api/v1/beads", { method: "POST", body: "{}" });
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: "unavailable" }]);
    expect(calls).toBe(1);
    breaking.stop(true);
  });
});
