/** Ways out of the town, against servers on loopback and programs on a path of the test's own. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { noopLogger } from "../../../../actors/kernel/logger.ts";
import type { NotifyAnswer, NotifyMessage } from "../../../../actors/ports.ts";
import { signature } from "../../shared/webhook.ts";
import { createNotifyPort } from "./port.ts";

const MESSAGE: NotifyMessage = {
  key: "hq-1/0",
  town: "demo",
  id: "hq-1",
  severity: "high",
  category: "failed",
  source: "sa-1",
  title: "sa-1 failed: <b>Fix</b> & ship",
  text: "see why\nthen act",
  level: 0,
  raised_at: "2026-01-01T00:00:00.000Z",
};

let dir: string;
const ends: (() => unknown)[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gastown-notify-"));
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(dir, { recursive: true, force: true });
});

function send(
  route: string,
  contacts: object | string | undefined,
  env: Record<string, string> = {},
  platform: NodeJS.Platform = "linux",
): Promise<NotifyAnswer> {
  const path = join(dir, "notify.json");
  if (contacts !== undefined)
    writeFileSync(path, typeof contacts === "string" ? contacts : JSON.stringify(contacts));
  const port = createNotifyPort({ contacts: path, platform, env, log: noopLogger });
  const meta = { chain: [], deadline: Date.now() + 30_000 };
  // SAFETY: the port answers what `notifyAnswerSchema` says.
  return port.call(`demo/${route}`, "send", MESSAGE, meta) as Promise<NotifyAnswer>;
}

interface Received {
  readonly headers: Headers;
  readonly body: string;
}

function receiver(status: number): { url: string; received: Received[] } {
  const received: Received[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      received.push({ headers: request.headers, body: await request.text() });
      return new Response("internal details", { status, headers: { location: "/elsewhere" } });
    },
  });
  ends.push(() => server.stop(true));
  return { url: `http://127.0.0.1:${server.port}/hook`, received };
}

/** A mail server that takes what is sent by `gastown` with the password `right`. */
async function mailServer(): Promise<{ port: number; mails: string[] }> {
  const mails: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (username === "gastown" && password === "right") done(null, { user: username });
      else done(new Error("no"));
    },
    onData(stream, _session, done) {
      let text = "";
      stream.on("data", chunk => {
        text += String(chunk);
      });
      stream.on("end", () => {
        mails.push(text);
        done();
      });
    },
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const net = server.listen(0, "127.0.0.1", resolve);
  await promise;
  ends.push(() => new Promise<void>(end => server.close(() => end())));
  const address = net.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, mails };
}

const email = (port: number, password: string) => ({
  email: {
    host: "127.0.0.1",
    port,
    user: "gastown",
    password,
    from: "town@example.com",
    to: ["ada@example.com", "bob@example.com"],
  },
});

describe("webhook", () => {
  test("gets the escalation as JSON, signed over the very bytes", async () => {
    const { url, received } = receiver(204);
    expect(await send("webhook", { webhook: { url, secret: "a-long-secret" } })).toEqual({ outcome: "sent" });
    const [hook] = received;
    const body = hook?.body ?? "";
    const { key, ...escalation } = MESSAGE;
    expect(JSON.parse(body)).toEqual({ event: "escalation", delivery: key, escalation });
    expect(hook?.headers.get("x-gastown-signature")).toBe(await signature("a-long-secret", body));
    expect(hook?.headers.get("x-gastown-delivery")).toBe(key);
    // The value that any HMAC program gives for these bytes.
    expect(await signature("key", "The quick brown fox jumps over the lazy dog")).toBe(
      "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
    );
  });

  test.each([500, 404, 302])(
    "an answer of %d is a failure, without the words of the other side",
    async status => {
      const { url, received } = receiver(status);
      const answer = await send("webhook", { webhook: { url } });
      expect(answer).toEqual({ outcome: "failed", reason: `the webhook answered ${status}` });
      expect(received.length).toBe(1);
    },
  );

  test("nobody there is a failure that does not repeat the address", async () => {
    const { url } = receiver(200);
    await ends.pop()?.();
    const answer = await send("webhook", { webhook: { url: `${url}/secret-path` } });
    expect(answer.outcome).toBe("failed");
    expect(answer.reason).not.toContain("secret-path");
  });
});

describe("email", () => {
  test("comes to all recipients, once recognisable by its message id", async () => {
    const { port, mails } = await mailServer();
    expect(await send("email", email(port, "right"))).toEqual({ outcome: "sent" });
    const [mail = ""] = mails;
    expect(mail).toContain("To: ada@example.com, bob@example.com");
    expect(mail).toContain("Subject: [demo] high: sa-1 failed: <b>Fix</b> & ship");
    expect(mail).toContain("Message-ID: <hq-1.0.demo@gastown>");
    expect(mail).toContain("gt escalation ack hq-1");
  });

  test("a wrong password is a failure, and is not repeated", async () => {
    const { port, mails } = await mailServer();
    const answer = await send("email", email(port, "wrong-password"));
    expect(answer.outcome).toBe("failed");
    expect(JSON.stringify(answer)).not.toContain("wrong-password");
    expect(mails).toEqual([]);
  });
});

describe("desktop", () => {
  function program(name: string): Record<string, string> {
    const path = join(dir, name);
    writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$@" > ${join(dir, "shown")}\n`);
    chmodSync(path, 0o755);
    return { PATH: `${dir}:${process.env.PATH}` };
  }
  const shown = () => readFileSync(join(dir, "shown"), "utf8");

  test("is shown by notify-send, its words escaped for markup", async () => {
    const env = { ...program("notify-send"), DISPLAY: ":9" };
    expect(await send("desktop", undefined, env)).toEqual({ outcome: "sent" });
    expect(shown()).toContain("demo: high escalation hq-1\nsa-1 failed: &lt;b&gt;Fix&lt;/b&gt; &amp; ship\n");
  });

  test("is shown by osascript, its words as arguments and never as script", async () => {
    expect(await send("desktop", undefined, program("osascript"), "darwin")).toEqual({ outcome: "sent" });
    expect(shown()).toContain("end run\n--\ndemo: high escalation hq-1\nsa-1 failed: <b>Fix</b> & ship\n");
  });

  test("is skipped, and says so, without a desktop, without a program, or when it is to be quiet", async () => {
    const reasons = [
      await send("desktop", undefined, program("notify-send")),
      await send("desktop", undefined, { DISPLAY: ":9", PATH: join(dir, "nothing") }),
      await send("desktop", { desktop: false }, { ...program("notify-send"), DISPLAY: ":9" }),
    ];
    expect(reasons.map(({ outcome }) => outcome)).toEqual(["skipped", "skipped", "skipped"]);
    expect(new Set(reasons.map(({ reason }) => reason)).size).toBe(3);
  });
});

describe("contacts", () => {
  test.each(["webhook", "email"])("%s is skipped while it is not set up", async route => {
    expect((await send(route, undefined)).outcome).toBe("skipped");
  });

  test("a file that does not fit is a failure that names the member, and none of what it holds", async () => {
    const answer = await send("webhook", { webhook: { url: "ftp://secret.example.com" } });
    expect(answer.outcome).toBe("failed");
    expect(answer.reason).toContain("webhook.url");
    expect(answer.reason).not.toContain("secret.example.com");
    expect((await send("webhook", "{ not json secret")).reason).not.toContain("secret");
  });
});
