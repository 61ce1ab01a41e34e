import { expect, test } from "bun:test";
import { AppError } from "../../../../store/schema/errors.ts";
import type { ObjectStub, PlatformSocket } from "../platform.ts";
import { edgeDirectory } from "./directory.ts";

/** An object whose sockets the test plays. */
class FakeObject {
  readonly listeners = new Map<string, (event: { readonly data: unknown }) => void>();
  readonly calls: string[] = [];
  opens: () => void = () => undefined;
  readonly opening = new Promise<void>(resolve => {
    this.opens = resolve;
  });
  refuses = false;

  readonly stub: ObjectStub = {
    call: async method => {
      this.calls.push(method);
      return { ok: true, value: method };
    },
    port: async (kind, name, method) => ({ ok: true, value: `${kind}:${name} ${method}` }),
    fetch: async () => {
      await this.opening;
      if (this.refuses) throw new Error("The object was reset.");
      return { status: 101, webSocket: this.#socket };
    },
  };
  readonly #socket: PlatformSocket = {
    accept: () => void this.calls.push("accept"),
    send: () => undefined,
    close: () => void this.calls.push("close"),
    addEventListener: (type: string, listener: (event: { readonly data: unknown }) => void) => {
      this.listeners.set(type, listener);
    },
  };
}

const town = { kind: "town", name: "demo" };

function setUp() {
  const object = new FakeObject();
  const lost: string[] = [];
  const directory = edgeDirectory({
    actors: { namespaces: { town: { getByName: () => object.stub } }, objectName: ({ name }) => name },
    townPorts: ["sync"],
    now: () => 0,
    unheard: () => lost.push("lost"),
  });
  return { object, lost, directory };
}

test("what is called after a watch has begun waits until it is heard", async () => {
  const { object, lost, directory } = setUp();
  const events: unknown[] = [];
  const stop = directory.watch(town, event => events.push(event));
  const called = directory.call(town, "view", {});
  await Promise.resolve();
  expect(object.calls).toEqual([]);
  object.opens();
  expect(await called).toBe("view");
  expect(object.calls).toEqual(["accept", "view"]);
  object.listeners.get("message")?.({ data: '{"seq":1}' });
  object.listeners.get("message")?.({ data: "echo" });
  stop();
  object.listeners.get("message")?.({ data: '{"seq":2}' });
  object.listeners.get("close")?.({ data: undefined });
  expect(events).toEqual([{ seq: 1 }]);
  expect({ calls: object.calls.at(-1), lost }).toEqual({ calls: "close", lost: [] });
});

test("a watch that ends by itself is told of, once, so that nobody waits for events that do not come", async () => {
  const { object, lost, directory } = setUp();
  directory.watch(town, () => undefined);
  object.opens();
  await directory.call(town, "view", {});
  object.listeners.get("error")?.({ data: undefined });
  object.listeners.get("close")?.({ data: undefined });
  expect(lost).toEqual(["lost"]);
  const refused = setUp();
  refused.object.refuses = true;
  refused.directory.watch(town, () => undefined);
  refused.object.opens();
  await refused.directory.call(town, "view", {});
  expect(refused.lost).toEqual(["lost"]);
});

test("ports of a town are asked at the town's object; what is neither actor nor port is refused", async () => {
  const { directory } = setUp();
  expect(await directory.call({ kind: "sync", name: "demo" }, "run", {})).toBe("sync:demo run");
  const refused = directory.call({ kind: "sandbox", name: "demo" }, "start", {});
  expect(await refused.catch((error: unknown) => error)).toBeInstanceOf(AppError);
});
