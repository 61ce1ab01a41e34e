/** Mail, nudges and escalations from the command line against a real town, as a person and as an agent in a sandbox. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MessageView } from "../../store/schema/mail.ts";
import { type Playground, playground, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(90_000);

let place: Playground;
let env: Record<string, string>;
const hooks: { readonly headers: Headers; readonly body: string }[] = [];
let receiver: ReturnType<typeof Bun.serve>;

beforeAll(async () => {
  place = playground("mail");
  const town = join(place.dir, "town");
  env = { GASTOWN_TOWN: town };
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      hooks.push({ headers: request.headers, body: await request.text() });
      return new Response(null, { status: 204 });
    },
  });
  place.start(["gt", "start", "--dir", town, "--port", "0", "--json"], { env });
  await until("the town to answer", async () => (await place.run(["gt", "status"], { env })).code === 0);
  await contacts("webhook", `http://127.0.0.1:${receiver.port}/hidden`);
  await contacts("secret", "a-long-secret");
});
afterAll(async () => {
  await receiver.stop(true);
  await place[Symbol.asyncDispose]();
});

/** Sets one of the contacts that standard input holds. */
async function contacts(what: string, stdin: string, ...words: string[]): Promise<string> {
  const ended = await place.run(["gt", "escalation", "contacts", "--read", what, ...words], { env, stdin });
  expect(ended.stderr).toBe("");
  return ended.stdout;
}

const gt = (...words: string[]) => place.run(["gt", ...words], { env });
const json = async <T>(...words: string[]): Promise<T> => {
  const ended = await gt(...words, "--json");
  expect(ended.stderr).toBe("");
  return JSON.parse(ended.stdout) as T;
};

describe("gt mail", () => {
  test("send, inbox, read, reply, thread, ack; groups, queues and channels", async () => {
    expect((await gt("mail", "groups", "core", "--set", "bob,mayor")).stdout).toContain("bob, mayor");
    expect((await gt("mail", "send", "core", "-s", "Which?", "-m", "One or two", "--task")).code).toBe(0);
    const [message] = await json<MessageView[]>("mail", "inbox", "mayor");
    expect(message).toMatchObject({ subject: "Which?", kind: "task", state: "pending" });
    expect((await gt("mail", "read", message?.id ?? "")).stdout).toContain("One or two");
    expect((await gt("mail", "reply", message?.id ?? "", "Two")).code).toBe(0);
    expect((await gt("mail", "inbox")).stdout).toContain("Re: Which?");
    expect((await gt("mail", "thread", message?.id ?? "")).stdout).toMatch(/One or two[\s\S]*Two/);
    expect((await gt("mail", "ack", message?.id ?? "")).code).toBe(0);

    await gt("mail", "queues", "chores", "--everybody");
    await gt("mail", "send", "chores", "-s", "Sweep");
    const claimed = await json<MessageView>("mail", "claim", "chores");
    expect(claimed).toMatchObject({ subject: "Sweep", queue: "chores" });
    const nothing = await gt("mail", "claim", "chores");
    expect(nothing.code).not.toBe(0);
    expect(nothing.stderr).toContain("Nothing waits in the queue chores");
    expect((await gt("mail", "release", claimed.id)).stdout).toContain("back in chores");

    await gt("mail", "channels", "news", "--keep", "5");
    await gt("mail", "send", "news", "-s", "Read all about it");
    expect((await gt("mail", "channels", "news")).stdout).toContain("Read all about it");
  });

  test("errors name the address and the remedy", async () => {
    const ended = await gt("mail", "send", "web/nobody", "-s", "x");
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('"web/nobody"');
    expect((await gt("mail", "send", "mayor")).stderr).toContain("needs a subject");
    expect((await gt("nudge", "web/nobody", "hello")).stderr).toContain("web/nobody");
  });
});

describe("gt escalate", () => {
  test("comes to the status, the list, the mayor and the signed webhook; ack and resolve end it", async () => {
    const bead = await json<{ id: string }>("escalate", "The disk is full", "-s", "high", "-m", "See df");
    await until("the webhook", () => hooks.length > 0);
    const [hook] = hooks;
    expect(JSON.parse(hook?.body ?? "")).toMatchObject({ escalation: { id: bead.id, severity: "high" } });
    const hmac = new Bun.CryptoHasher("sha256", "a-long-secret").update(hook?.body ?? "").digest("hex");
    expect(hook?.headers.get("x-gastown-signature")).toBe(`sha256=${hmac}`);
    expect((await gt("status")).stdout).toContain("1 escalated, high at worst");
    expect((await gt("escalation", "list")).stdout).toContain("The disk is full");
    expect((await gt("mail", "inbox", "mayor")).stdout).toContain("[high] The disk is full");
    const told = async () => (await gt("escalation", "show", bead.id)).stdout;
    await until("the answer to be on record", async () => (await told()).includes("webhook sent"));
    expect((await gt("escalation", "ack", bead.id)).stdout).toContain("in the hands of");
    expect((await gt("mail", "inbox", "mayor")).stdout).not.toContain("The disk is full");
    expect((await gt("escalation", "resolve", bead.id, "-m", "made room")).stdout).toContain("made room");
    expect((await gt("status")).stdout).not.toContain("escalated");
  });
});

describe("gt escalation contacts", () => {
  test("keeps whom to tell for the owner alone, and shows no secret", async () => {
    const file = join(place.dir, "town/secrets/notify.json");
    const words = [
      "--smtp",
      "mail.example.com:465",
      "--user",
      "ada",
      "--from",
      "t@example.com",
      "--to",
      "a@example.com,b@example.com",
    ];
    const said = await contacts("password", "hunter22", ...words);
    expect(said).toContain("from t@example.com to a@example.com, b@example.com");
    expect(said).toContain("by mail.example.com:465 with TLS, as ada with a password");
    expect(said).toMatch(/webhook +at 127\.0\.0\.1:\d+, signed/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      webhook: { url: `http://127.0.0.1:${receiver.port}/hidden`, secret: "a-long-secret" },
      email: { host: "mail.example.com", port: 465, secure: true, password: "hunter22" },
      desktop: true,
    });
    const shown = await gt("escalation", "contacts", "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({
      email: { has_password: true },
      webhook: { signed: true },
      file,
    });
    for (const secret of ["hunter22", "a-long-secret", "hidden"])
      expect(said + shown.stdout).not.toContain(secret);

    const off = await gt("escalation", "contacts", "--unset", "email,secret", "--desktop", "off");
    expect(off.stdout).toContain("email    none");
    expect(off.stdout).toContain("not signed");
    expect(off.stdout).toContain("desktop  off");
    const half = await gt("escalation", "contacts", "--to", "ada@example.com");
    expect(half.stderr).toContain("Mails need --smtp, --from too.");
    const wrong = await gt("escalation", "contacts", "--webhook", "ftp://example.com/token");
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain("webhook.url does not fit");
    expect(wrong.stderr).not.toContain("token");
  });
});

describeWith("isolation", "an agent in a sandbox", () => {
  test("gets mail at its turn boundary, answers it, and cannot read another's", async () => {
    const seed = join(place.dir, "seed");
    const bare = join(place.dir, "remote.git");
    mkdirSync(seed);
    writeFileSync(join(seed, "README.md"), "# Sample\n");
    await place.git(seed, "init", "-q", "-b", "main");
    await place.git(seed, "add", ".");
    const as = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    await place.git(seed, ...as, "commit", "-q", "-m", "Start");
    await place.git(place.dir, "clone", "-q", "--bare", seed, bare);
    expect((await gt("rig", "add", "web", bare, "--prefix", "web")).code).toBe(0);
    // A terminal program that does what its mail says, as an agent would.
    const agent = `echo ready; while IFS= read -r line; do case "$line" in *"Mail hq-"*)
      id=\${line#*Mail }; id=\${id%%:*}; gt mail inbox mayor >/dev/null 2>&1
      gt mail reply "$id" "denied with $?";; esac; done`;
    const made = await json<{ id: string }>("bead", "create", "Listen", "--rig", "web");
    const slung = await place.run(["gt", "sling", made.id, "--", "bash", "-c", agent], { env });
    expect(slung.stderr).toBe("");
    type Agents = readonly { readonly id: string; readonly state: string }[];
    let worker = "";
    await until("somebody to work", async () => {
      worker = (await json<Agents>("agents")).find(one => one.state === "working")?.id ?? "";
      return worker !== "";
    });
    await gt("mail", "send", worker, "-s", "Do you hear me?", "--task");
    const answer = async () =>
      (await json<MessageView[]>("mail", "inbox")).find(
        ({ from, kind }) => from === worker && kind === "reply",
      );
    await until("its answer", async () => (await answer()) !== undefined, 60);
    expect(await answer()).toMatchObject({ subject: "Re: Do you hear me?" });
    expect((await answer())?.body).toMatch(/^denied with [1-9]/);
    expect((await gt("mail", "inbox", worker, "--all")).stdout).toContain("acknowledged");
    expect((await gt("stop-agent", worker)).code).toBe(0);
  });
});
