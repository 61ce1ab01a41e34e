/** Mail in simulated time: who gets what, what happens to it, and that none is lost between a crash and its acknowledgement. */
import { describe, expect, test } from "bun:test";
import type { MessageView, SentMail } from "../../store/schema/mail.ts";
import { TestTown } from "./test-town.ts";

const HOUR = 3_600_000;
const AGENT = "sample/toast";

class Post {
  readonly town: TestTown;
  constructor(town: TestTown) {
    this.town = town;
  }

  async send(to: string | string[], more: object = {}): Promise<SentMail> {
    await this.town.host.advance(1);
    // SAFETY: the answer of `sendMail`.
    return (await this.town.call("sendMail", { to: [to].flat(), subject: "Hello", ...more })) as SentMail;
  }

  inbox(by: string, more: object = {}): Promise<MessageView[]> {
    // SAFETY: the answer of `inbox`.
    return this.town.call("inbox", { by, ...more }) as Promise<MessageView[]>;
  }

  /** Prompt of the job that the agent was given last. */
  get prompt(): string {
    const run = this.town.sandboxes.runs.findLast(({ spec }) => spec.container === `demo/${AGENT}`);
    return run?.spec.job.kind === "work" ? run.spec.job.prompt : "";
  }

  /** States of the messages in an inbox, newest first. */
  async states(by: string): Promise<string[]> {
    return (await this.inbox(by, { all: true })).map(({ subject, state }) => `${subject} ${state}`);
  }
}

/** A town with an agent that works for a minute, by a program that reads words. */
async function working(
  options: Parameters<typeof TestTown.start>[0] = {},
  title = "slow work",
): Promise<Post> {
  const town = await TestTown.start(options);
  await town.addRig("sample", "sa", { driver: { kind: "exec", preset: "claude" } });
  const [id = ""] = await town.file([title]);
  await town.call("sling", { beads: [id] });
  await town.host.advance(1_000);
  return new Post(town);
}

describe("addresses", () => {
  test("agents, rigs, the town, the mayor and people; everybody once, and not the sender", async () => {
    const post = await working();
    await post.send([AGENT, "@sample", "@town", "bob"], { by: "sample/refinery" });
    expect((await post.inbox(AGENT)).length).toBe(1);
    expect((await post.inbox("mayor")).length).toBe(1);
    expect((await post.inbox("bob")).length).toBe(1);
    const sent = await post.send(["@town"], { by: AGENT });
    expect(sent.recipients).toEqual(["mayor"]);
  });

  test("groups, nested and in a circle, mean their members", async () => {
    const post = await working();
    const set = (name: string, members: string[]) =>
      post.town.call("setMailList", { list: "groups", name, value: { members } });
    await set("core", ["bob", AGENT]);
    await set("all-hands", ["core", "carol", "mayor"]);
    await set("core", ["bob", AGENT, "all-hands"]);
    const sent = await post.send("core");
    expect([...sent.recipients].sort()).toEqual(["bob", "carol", "mayor", AGENT]);
    expect(set("bad", ["sample/nobody"])).rejects.toMatchObject({ code: "not_found" });
    expect(await post.town.call("mailLists")).not.toMatchObject({ groups: { bad: expect.anything() } });
  });

  test("what nobody has is refused, naming what was meant", async () => {
    const post = await working();
    expect(post.send("toast")).rejects.toMatchObject({ code: "not_found", hint: `Did you mean ${AGENT}?` });
    for (const address of ["sample/nobody", "@nothing", "other/refinery"]) {
      expect(post.send(address)).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await post.inbox("mayor")).toEqual([]);
  });
});

describe("reading", () => {
  test("a task stays until it is acknowledged, a notification until it is read", async () => {
    const post = new Post(await TestTown.start());
    await post.send("bob", { kind: "task", subject: "Do" });
    await post.send("bob", { subject: "Note" });
    for (const { id } of await post.inbox("bob")) await post.town.call("readMail", { by: "bob", id });
    expect((await post.states("bob")).sort()).toEqual(["Do read", "Note acknowledged"]);
    const [task] = await post.inbox("bob");
    await post.town.call("acknowledgeMail", { by: "bob", ids: [task?.id] });
    await post.town.call("acknowledgeMail", { by: "bob", ids: [task?.id] });
    expect(await post.inbox("bob")).toEqual([]);
  });

  test("9.1.28 showing it marks nothing: prime and the inbox may be lost on the way", async () => {
    const post = await working({}, "slow missing");
    await post.send(AGENT, { kind: "task", subject: "Do" });
    expect(await post.town.call("prime", { by: AGENT })).toContain("Do");
    expect(await post.town.call("prime", { by: AGENT })).toContain("Do");
    expect((await post.states(AGENT))[0]).not.toContain("acknowledged");
  });

  test("an answer goes back to the sender in the same thread, and ends what it answers", async () => {
    const post = await working();
    const { ids, thread } = await post.send(AGENT, { kind: "task", subject: "Which?", cc: ["bob"] });
    const own = (await post.inbox(AGENT))[0]!;
    expect(ids).toContain(own.id);
    await post.town.call("replyMail", { by: AGENT, id: own.id, body: "The second", all: true });
    const [answer] = await post.inbox("ada");
    expect(answer).toMatchObject({ subject: "Re: Which?", thread, from: AGENT, kind: "reply" });
    expect((await post.inbox("bob")).map(({ subject }) => subject).sort()).toEqual(["Re: Which?", "Which?"]);
    expect(await post.inbox(AGENT)).toEqual([]);
    const talk = (await post.town.call("mailThread", { id: answer!.id })) as MessageView[];
    expect(talk.map(({ body, subject }) => body || subject)).toEqual(["Which?", "The second"]);
  });

  test("people have names with spaces, and are answered", async () => {
    const post = await working();
    await post.send(AGENT, { by: "Ada Lovelace", subject: "Well?" });
    const [own] = await post.inbox(AGENT);
    await post.town.call("replyMail", { by: AGENT, id: own?.id, body: "Well" });
    expect((await post.inbox("Ada Lovelace")).map(({ body }) => body)).toEqual(["Well"]);
  });

  test("an agent reads, acknowledges and answers its own mail alone, and sends as itself", async () => {
    const post = await working();
    const { ids } = await post.send("mayor", { by: AGENT, subject: "From me" });
    const [id] = ids;
    expect((await post.inbox("mayor"))[0]?.from).toBe(AGENT);
    const other = "sample/nux";
    for (const [method, args] of [
      ["readMail", { id }],
      ["replyMail", { id, body: "x" }],
      ["mailThread", { id }],
      ["acknowledgeMail", { ids: [id] }],
      ["inbox", { of: "mayor" }],
    ] as const) {
      expect(post.town.call(method, { by: other, ...args })).rejects.toMatchObject({ code: "forbidden" });
    }
    expect(
      post.town.call("setMailList", { by: AGENT, list: "groups", name: "x", value: null }),
    ).rejects.toMatchObject({
      code: "forbidden",
    });
    // What it sent it may read, and reading it there says nothing about the recipient.
    await post.town.call("readMail", { by: AGENT, id });
    expect((await post.inbox("mayor"))[0]?.state).toBe("pending");
  });
});

describe("queues and channels", () => {
  test("6.2.5 one claimer each, whoever asks first; what is put back is claimed again", async () => {
    const post = await working();
    await post.town.call("setMailList", {
      list: "queues",
      name: "chores",
      value: { workers: [AGENT, "bob", "carol"] },
    });
    await post.send("chores", { subject: "first", kind: "task" });
    await post.send("chores", { subject: "second", kind: "task" });
    const claim = (by: string, what: object = { queue: "chores" }) =>
      post.town.call("claimMail", { by, ...what }) as Promise<MessageView>;
    const [one, two] = await Promise.all([claim("bob"), claim("carol")]);
    expect([one.subject, two.subject]).toEqual(["first", "second"]);
    expect(claim(AGENT)).rejects.toMatchObject({ code: "not_found" });
    expect(claim("carol", { id: one.id })).rejects.toMatchObject({
      code: "already_claimed",
      data: { claimed_by: "bob" },
    });
    expect((await claim("bob", { id: one.id })).id).toBe(one.id);
    expect(claim("dave")).rejects.toMatchObject({ code: "forbidden" });
    await post.town.call("releaseMail", { by: "bob", id: one.id });
    expect((await claim(AGENT)).id).toBe(one.id);
    expect((await post.inbox(AGENT)).map(({ subject }) => subject)).toEqual(["first"]);
  });

  test("cli #691: what an agent took and did not finish is in the queue again when its run is over", async () => {
    const post = await working({}, "slow crash(1)");
    const workers = [AGENT, "bob"];
    await post.town.call("setMailList", { list: "queues", name: "chores", value: { workers } });
    await post.send("chores", { subject: "first", kind: "task" });
    await post.send("chores", { subject: "second", kind: "task" });
    const claim = (by: string) =>
      post.town.call("claimMail", { by, queue: "chores" }) as Promise<MessageView>;
    const taken = await claim(AGENT);
    const { id } = await claim(AGENT);
    await post.town.call("acknowledgeMail", { by: AGENT, ids: [id] });
    expect(claim("bob")).rejects.toMatchObject({ code: "not_found" });
    await post.town.settle();
    expect((await claim("bob")).id).toBe(taken.id);
    await post.town.settle();
    expect((await post.inbox("bob")).map(one => one.id)).toEqual([taken.id]);
  });

  test("a channel keeps what it is set to keep, and subscribers get theirs", async () => {
    const post = new Post(await TestTown.start());
    await post.town.call("setMailList", { list: "channels", name: "news", value: { keep: 2, hours: 5 } });
    await post.town.call("subscribe", { by: "bob", channel: "news", on: true });
    for (const subject of ["one", "two", "three"]) {
      await post.send("news", { subject });
      await post.town.host.advance(HOUR);
    }
    const kept = async () =>
      ((await post.town.call("channelMail", { channel: "news" })) as MessageView[]).map(
        ({ subject }) => subject,
      );
    expect(await kept()).toEqual(["three", "two"]);
    expect((await post.inbox("bob")).map(({ subject }) => subject)).toEqual(["three", "two", "one"]);
    await post.town.call("subscribe", { by: "bob", channel: "news", on: false });
    await post.town.host.advance(3 * HOUR);
    await post.send("news", { subject: "four" });
    expect(await kept()).toEqual(["four", "three"]);
    expect((await post.inbox("bob"))[0]?.subject).toBe("three");
  });
});

describe("bounds", () => {
  test("6.2.16 of notifications the oldest falls out; a task for a full inbox is refused, and none is lost in silence", async () => {
    const post = new Post(await TestTown.start());
    for (let i = 0; i < 60; i++) await post.send("bob", { subject: `note ${i}` });
    expect((await post.inbox("bob")).length).toBe(50);
    expect((await post.inbox("bob")).at(-1)?.subject).toBe("note 10");
    for (let i = 0; i < 100; i++) await post.send("bob", { subject: `task ${i}`, kind: "task" });
    expect(post.send(["carol", "bob"], { kind: "task" })).rejects.toMatchObject({ code: "overloaded" });
    expect(await post.inbox("carol")).toEqual([]);
    expect((await post.inbox("bob")).filter(({ kind }) => kind === "task").length).toBe(100);
  });

  test("what nobody acknowledges expires by its kind, and the sender of a task is told", async () => {
    const post = new Post(await TestTown.start());
    await post.send("bob", { subject: "note" });
    await post.send("bob", { subject: "task", kind: "task" });
    await post.send("bob", { subject: "short", kind: "task", ttl_s: 60 });
    await post.town.host.advance(120_000);
    expect((await post.inbox("ada")).map(({ subject }) => subject)).toEqual(["Not acknowledged: short"]);
    await post.town.host.advance(25 * HOUR);
    expect((await post.states("bob")).sort()).toEqual(["note dropped", "short dropped", "task pending"]);
    await post.town.host.advance(15 * 24 * HOUR);
    expect((await post.inbox("ada", { all: true })).map(({ subject }) => subject)).toContain(
      "Not acknowledged: task",
    );
    expect(post.town.host.system.nextAlarm).toBeNull();
  });

  test("6.2.17 a message is never given to a polecat as work", async () => {
    const post = await working();
    const { ids } = await post.send("bob", { kind: "task" });
    expect(post.town.call("sling", { beads: ids, rig: "sample" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });
});

describe("delivery", () => {
  test("to an agent at work, at its next turn boundary, and pending until its sandbox says so", async () => {
    const post = await working({ nudgeMs: 5_000 });
    await post.send(AGENT, { subject: "Mind", body: "the \u001b[31mgap" });
    await post.town.host.advance(1_000);
    expect(await post.states(AGENT)).toEqual(["Mind pending"]);
    await post.town.host.advance(10_000);
    expect(await post.states(AGENT)).toEqual(["Mind delivered"]);
    const said = post.town.sandboxes.runs[0]?.nudges ?? [];
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("ada writes: Mind\nthe gap");
  });

  test("to a sleeping one in the prompt of its next job", async () => {
    const post = await working();
    await post.town.host.advance(10 * 60_000);
    expect(post.town.sandboxes.live).toEqual([]);
    await post.send(AGENT, { subject: "Next time" });
    await post.town.host.advance(HOUR);
    expect(await post.states(AGENT)).toEqual(["Next time pending"]);
    const [id = ""] = await post.town.file(["more slow work"]);
    await post.town.call("sling", { beads: [id] });
    await post.town.host.advance(2_000);
    expect(post.prompt).toContain("| Mail hq-");
    expect(post.prompt).toContain("Next time");
    expect(await post.states(AGENT)).toEqual(["Next time delivered"]);
    expect(post.town.sandboxes.runs.at(-1)?.nudges).toEqual([]);
  });

  test("a run that dies between delivery and acknowledgement: the next one gets it again, once", async () => {
    const post = await working({}, "slow loseonce");
    await post.send(AGENT, { subject: "Keep me", kind: "task" });
    await post.town.host.advance(5_000);
    expect(post.town.sandboxes.runs[0]?.nudges).toHaveLength(1);
    expect(await post.states(AGENT)).toEqual(["Keep me delivered"]);
    await post.town.host.advance(3 * 60_000);
    expect(post.town.sandboxes.runs.length).toBeGreaterThan(1);
    const second = post.town.sandboxes.runs.filter(({ spec }) => spec.container === `demo/${AGENT}`)[1];
    expect(second?.nudges).toHaveLength(1);
    expect(second?.nudges[0]).toContain("Keep me");
    await post.town.call("acknowledgeMail", { by: AGENT, ids: [(await post.inbox(AGENT))[0]?.id] });
    await post.town.settle();
    const told = post.town.sandboxes.runs.flatMap(run => run.nudges);
    expect(told).toHaveLength(2);
  });

  test("a host that dies at any moment of it loses none and doubles none", async () => {
    for (const at of [0, 5, 15, 4_990, 5_005, 5_030]) {
      const post = await working({ nudgeMs: 5_000, evictAlways: true });
      await post.send(AGENT, { subject: "Once", kind: "task" });
      await post.town.host.advance(at);
      await post.town.restart();
      await post.town.host.advance(20_000);
      expect(post.town.sandboxes.runs[0]?.nudges.length).toBe(1);
      expect(await post.states(AGENT)).toEqual(["Once delivered"]);
    }
  });

  test("6.13 an acknowledged message is given to nobody any more", async () => {
    const post = await working({ nudgeMs: 60_000 });
    const { ids } = await post.send("bob", { cc: [AGENT], subject: "Old" });
    const own = (await post.inbox(AGENT))[0]!;
    expect(ids).toContain(own.id);
    await post.town.call("acknowledgeMail", { by: AGENT, ids: [own.id] });
    await post.town.settle(2);
    const [id = ""] = await post.town.file(["more work"]);
    await post.town.call("sling", { beads: [id] });
    await post.town.host.advance(2_000);
    expect(post.prompt).toContain("more work");
    expect(post.prompt).not.toContain("Old");
  });

  test("6.2.16 a town at rest with mail in it does nothing", async () => {
    const post = await working();
    await post.town.settle(1);
    await post.send(AGENT, { kind: "task" });
    await post.send("mayor");
    const commits = post.town.commits;
    await post.town.host.advance(12 * HOUR);
    expect(post.town.commits).toBe(commits);
  });

  test("3.6 an escalation comes to the mayor's inbox, and again with each raising", async () => {
    const post = new Post(await TestTown.start());
    await post.town.call("escalate", { title: "Help", severity: "medium" });
    expect((await post.inbox("mayor")).map(({ subject }) => subject)).toEqual(["[medium] Help"]);
    await post.town.host.advance(5 * HOUR);
    expect((await post.inbox("mayor")).map(({ subject }) => subject)).toEqual(["[high] Help"]);
    const [escalation] = (await post.town.call("escalations")) as { id: string }[];
    await post.town.call("acknowledgeEscalation", { id: escalation?.id });
    expect(await post.inbox("mayor")).toEqual([]);
  });
});
