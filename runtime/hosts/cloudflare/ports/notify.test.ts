import { afterEach, expect, test } from "bun:test";
import { noopLogger } from "../../../../actors/kernel/logger.ts";
import type { NotifyMessage } from "../../../../actors/ports.ts";
import { signature } from "../../shared/webhook.ts";
import { notifyPort } from "./notify.ts";

const servers: Bun.Server<undefined>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(true);
});

const message: NotifyMessage = {
  key: "k-1",
  town: "demo",
  id: "hq-1",
  severity: "high",
  category: "work",
  source: "town",
  title: "It failed",
  text: "Five times.",
  level: 0,
  raised_at: "2026-01-01T00:00:00.000Z",
};
const meta = { chain: [], deadline: Number.POSITIVE_INFINITY };

test("a webhook gets the escalation, signed; ways that a Worker has not are left out", async () => {
  const seen: { body: string; signature: string | null }[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      seen.push({ body: await request.text(), signature: request.headers.get("x-gastown-signature") });
      return new Response(null, { status: 204 });
    },
  });
  servers.push(server);
  const secret = "a-long-secret";
  const port = notifyPort(() => ({ url: `http://127.0.0.1:${server.port}/`, secret }), noopLogger);
  expect(await port.call("demo/webhook", "send", message, meta)).toEqual({ outcome: "sent" });
  expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({ delivery: "k-1", escalation: { id: "hq-1" } });
  expect(seen[0]?.signature).toBe(await signature(secret, seen[0]?.body ?? ""));
  for (const route of ["email", "desktop"]) {
    expect(await port.call(`demo/${route}`, "send", message, meta)).toMatchObject({ outcome: "skipped" });
  }
  expect(seen).toHaveLength(1);
});

test("what cannot be reached is an answer without the address, and no webhook is skipped", async () => {
  const away = notifyPort(() => ({ url: "http://127.0.0.1:9/secret-path" }), noopLogger);
  const answer = await away.call("demo/webhook", "send", message, meta);
  expect(answer).toMatchObject({ outcome: "failed" });
  expect(JSON.stringify(answer)).not.toContain("secret-path");
  const none = notifyPort(() => undefined, noopLogger);
  expect(await none.call("demo/webhook", "send", message, meta)).toMatchObject({ outcome: "skipped" });
});
