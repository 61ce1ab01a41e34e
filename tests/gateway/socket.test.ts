/** The multiplexed WebSocket: who may open it, what it carries, and what it does for a client that is too slow. */
import { describe, expect, test } from "bun:test";
import type { SocketHandlers } from "../../runtime/gateway/deps.ts";
import { type Fixture, HOST, KINDS, type Kind, makeFixture, ORIGIN } from "./fixture.ts";

const path = "/api/v1/towns/demo/socket";

async function upgrade(fixture: Fixture, kind: Kind, extra: Record<string, string> = {}, at = path) {
  const headers = {
    host: HOST,
    upgrade: "websocket",
    connection: "Upgrade",
    ...(await fixture.headers(kind)),
    ...extra,
  };
  return await fixture.gateway.fetch(new Request(ORIGIN + at, { headers }));
}

interface Client {
  readonly handlers: SocketHandlers;
  readonly frames: Record<string, unknown>[];
  readonly binary: Uint8Array[];
  readonly closes: [number, string][];
  /** Bytes that the line claims to have queued. */
  queue: number;
  say(frame: unknown): Promise<void>;
}

async function connect(fixture: Fixture, kind: Kind = "browser"): Promise<Client> {
  const response = await upgrade(fixture, kind);
  expect(response.headers.get("x-upgraded")).toBe("yes");
  const handlers = fixture.sockets.at(-1)!;
  const client: Client = {
    handlers,
    frames: [],
    binary: [],
    closes: [],
    queue: 0,
    async say(frame) {
      handlers.message(typeof frame === "string" ? frame : JSON.stringify(frame));
      // Frames are handled in microtasks of the fakes; one turn of the event loop lets all of them run.
      await new Promise(resolve => setImmediate(resolve));
    },
  };
  handlers.open({
    send(frame) {
      if (typeof frame === "string") client.frames.push(JSON.parse(frame));
      else client.binary.push(frame);
      return client.queue;
    },
    close: (code, reason) => void client.closes.push([code, reason]),
  });
  return client;
}

const feed = (seq: number) => ({
  op: "feed",
  event: { seq, at: "2026-01-01T00:00:00.000Z", type: "bead.created", text: `event ${seq}`, level: "info" },
});

describe("opening", () => {
  test("is for users of the town only", async () => {
    for (const kind of KINDS) {
      const fixture = await makeFixture();
      const { status } = await upgrade(fixture, kind);
      const expected = ["owner", "browser", "member"].includes(kind)
        ? 200
        : ["anonymous", "expired", "forged"].includes(kind)
          ? 401
          : 403;
      expect([kind, status]).toEqual([kind, expected]);
      expect(fixture.sockets).toHaveLength(expected === 200 ? 1 : 0);
    }
  });

  test("by cookie needs our own origin; by bearer it does not", async () => {
    const fixture = await makeFixture();
    expect((await upgrade(fixture, "browser", { origin: "https://evil.example" })).status).toBe(403);
    expect((await upgrade(fixture, "browser", { origin: "" })).status).toBe(403);
    expect((await upgrade(fixture, "owner")).status).toBe(200);
    expect((await upgrade(fixture, "owner", {}, "/api/v1/towns/nowhere/socket")).status).toBe(404);
    expect((await fixture.request("owner", "GET", path)).status).toBe(400);
  });
});

describe("events", () => {
  test("come after the cursor, once each, in order", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    fixture.publish(feed(8));
    await client.say({ op: "subscribe", since: 7 });
    fixture.publish(feed(9));
    fixture.publish({ type: "kernel.timer_parked" });
    expect(client.frames).toEqual([{ op: "subscribed", seq: 8 }, feed(8), feed(9)]);
  });

  test("that were missed before anyone watched are a reason to load anew", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    await client.say({ op: "subscribe", since: 3 });
    expect(client.frames).toEqual([
      { op: "subscribed", seq: 7 },
      { op: "resync", seq: 7 },
    ]);
  });

  test("beyond the memory are a reason to load anew", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    for (let seq = 8; seq < 2_200; seq += 1) fixture.publish(feed(seq));
    await client.say({ op: "subscribe", since: 8 });
    expect(client.frames.map(frame => frame.op)).toEqual(["subscribed", "resync"]);
    await client.say({ op: "subscribe", since: 2_198 });
    expect(client.frames.slice(2).map(frame => frame.op)).toEqual(["subscribed", "feed"]);
  });

  test("are left out for a client that does not read, which then loads anew", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    await client.say({ op: "subscribe", since: 7 });
    client.queue = 3_000_000;
    for (let seq = 8; seq < 100; seq += 1) fixture.publish(feed(seq));
    expect(client.frames).toHaveLength(2);
    client.queue = 0;
    client.handlers.drain();
    expect(client.frames.at(-1)).toEqual({ op: "resync", seq: 99 });
    fixture.publish(feed(100));
    expect(client.frames.at(-1)).toEqual(feed(100));
  });

  test("end with the connection", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    await client.say({ op: "subscribe", since: 7 });
    client.handlers.close();
    fixture.publish(feed(8));
    expect(client.frames).toHaveLength(1);
  });
});

describe("terminals", () => {
  const open = { op: "open", ch: 5, agent: "sample/toast", cols: 80, rows: 24 };

  test("carry output with the channel's number and input to the session", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    await client.say(open);
    const terminal = fixture.terminals[0]!;
    terminal.frame({ type: "attached", cols: 80, rows: 24, primary: true, live: true, title: "" });
    terminal.data(new TextEncoder().encode("hello"));
    expect(client.frames.at(-1)).toMatchObject({ op: "terminal", ch: 5, frame: { type: "attached" } });
    expect([...client.binary[0]!]).toEqual([0, 0, 0, 5, ...new TextEncoder().encode("hello")]);
    await client.say({ op: "input", ch: 5, data: "ls\r" });
    await client.say({ op: "resize", ch: 5, cols: 100, rows: 30 });
    await client.say({ op: "take", ch: 5 });
    expect(terminal.sent).toEqual([
      { type: "input", data: "ls\r" },
      { type: "resize", cols: 100, rows: 30 },
      { type: "take" },
    ]);
    await client.say({ op: "close", ch: 5 });
    expect(terminal.closed).toBe(true);
  });

  test("skip ahead to a fresh screen for a viewer that is too slow", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    await client.say(open);
    const terminal = fixture.terminals[0]!;
    terminal.frame({ type: "attached", cols: 80, rows: 24, primary: true, live: true, title: "" });
    client.queue = 2_000_000;
    terminal.data(new Uint8Array(10));
    terminal.data(new Uint8Array(10));
    expect(client.binary).toHaveLength(1);
    client.queue = 0;
    client.handlers.drain();
    await client.say({ op: "ping", t: 1 });
    expect(fixture.terminals).toHaveLength(2);
    expect(terminal.closed).toBe(true);
    terminal.data(new Uint8Array(10));
    fixture.terminals[1]!.data(new Uint8Array(1));
    expect(client.binary).toHaveLength(2);
    expect(client.frames.map(frame => (frame.frame as { type: string } | undefined)?.type)).toContain(
      "reset",
    );
  });

  test("that do not exist close their channel, and ended ones say why", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    await client.say({ ...open, agent: "sample/none" });
    expect(client.frames.at(-1)).toMatchObject({ op: "closed", ch: 5, code: "not_found" });
    await client.say(open);
    fixture.terminals[0]!.end("unavailable", "The sandbox is gone.");
    expect(client.frames.at(-1)).toMatchObject({ op: "closed", ch: 5, code: "unavailable" });
    await client.say(open);
    await client.say(open);
    expect(client.frames.at(-1)).toMatchObject({ op: "error", code: "already_exists" });
  });

  test("are bounded in number and end with the connection", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    for (let ch = 1; ch <= 33; ch += 1) await client.say({ ...open, ch });
    expect(client.frames.at(-1)).toMatchObject({ op: "error", code: "overloaded" });
    client.handlers.close();
    expect(fixture.terminals.every(terminal => terminal.closed)).toBe(true);
  });
});

describe("bad frames", () => {
  test("are answered by an error; binary ones and expired sessions end the connection", async () => {
    const fixture = await makeFixture();
    const client = await connect(fixture);
    await client.say("{");
    await client.say({ op: "nothing" });
    expect(client.frames.map(frame => frame.code)).toEqual(["invalid_argument", "invalid_argument"]);
    client.handlers.message(new Uint8Array(3));
    fixture.advance(2 * 3_600_000);
    await client.say({ op: "ping", t: 1 });
    expect(client.closes.map(([code]) => code)).toEqual([1008, 1008]);
  });
});
