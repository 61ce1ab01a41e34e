/** `explain` of what is no work: mail, nudges, sandboxes, gates; each says whose move it is and what comes next. */
import { describe, expect, test } from "bun:test";
import type { Explanation } from "../../store/schema/explanation.ts";
import type { SentMail } from "../../store/schema/mail.ts";
import type { Nudge } from "../../store/schema/nudge.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { TestTown } from "./test-town.ts";

const MINUTE = 60_000;

async function startTown(): Promise<TestTown> {
  const town = await TestTown.start();
  await town.addRig("sample", "sa", { driver: { kind: "script" } });
  return town;
}
const explain = async (town: TestTown, id: string) => (await town.call("explainOne", { id })) as Explanation;
async function worker(town: TestTown): Promise<{ id: string; agent: string }> {
  const [id = ""] = await town.file(["slow one"]);
  await town.call("sling", { beads: [id] });
  await town.host.advance(5_000);
  return { id, agent: (await town.get(id)).assignee ?? "" };
}

describe("a message", () => {
  const send = async (town: TestTown, to: string, kind = "task"): Promise<string> => {
    const sent = (await town.call("sendMail", { to: [to], subject: "Hello", kind })) as SentMail;
    return sent.ids[0] ?? "";
  };

  test("to a person is that person's to read, and expires at its time", async () => {
    const town = await startTown();
    const id = await send(town, "bob");
    const value = await explain(town, id);
    expect(value).toMatchObject({
      kind: "message",
      state: "pending",
      owner: { who: "person", name: "bob" },
      hints: [`gt mail read ${id}`, `gt mail thread ${id}`],
    });
    expect(value.next).toContainEqual({
      text: "it expires, and its sender is told",
      at: readSatellite(await town.get(id), "message")?.expires_at,
    });
    await town.call("readMail", { by: "bob", id });
    expect(await explain(town, id)).toMatchObject({ state: "read", owner: { who: "person", name: "bob" } });
    await town.call("acknowledgeMail", { by: "bob", ids: [id] });
    expect(await explain(town, id)).toMatchObject({
      state: "acknowledged",
      owner: { who: "nobody" },
      why: [{ text: expect.stringContaining("acknowledged by bob") }],
    });
  });

  test("to an agent is the town's to deliver", async () => {
    const town = await startTown();
    const { agent } = await worker(town);
    await town.call("estop", { agent });
    const id = await send(town, agent);
    expect(await explain(town, id)).toMatchObject({ state: "pending", owner: { who: "town" } });
  });

  test("in a queue is for whoever claims it, and then the claimer's", async () => {
    const town = await startTown();
    await town.call("setMailList", { list: "queues", name: "chores", value: { workers: [] } });
    const id = await send(town, "chores");
    expect(await explain(town, id)).toMatchObject({
      why: [{ text: expect.stringContaining("the queue chores") }],
      next: expect.arrayContaining([{ text: "whoever claims it first has it" }]),
      hints: ["gt mail claim chores"],
    });
    await town.call("claimMail", { by: "bob", queue: "chores" });
    expect(await explain(town, id)).toMatchObject({ owner: { who: "person", name: "bob" } });
  });

  test("in a channel is nobody's: it is kept", async () => {
    const town = await startTown();
    await town.call("setMailList", { list: "channels", name: "news", value: {} });
    const id = await send(town, "news", "notification");
    expect(await explain(town, id)).toMatchObject({
      owner: { who: "nobody" },
      why: [{ text: expect.stringContaining("the channel news") }],
    });
  });
});

describe("a nudge", () => {
  test("that waits says how it is delivered and when it is dropped; one that is over is not found", async () => {
    const town = await startTown();
    const { agent } = await worker(town);
    const words = (await town.call("nudge", { agent, text: "Look\nat it", mode: "queue" })) as Nudge;
    const value = await explain(town, words.id);
    expect(value).toMatchObject({
      id: words.id,
      title: "Look",
      kind: "nudge",
      state: "pending",
      why: [{ text: expect.stringContaining("next prompt or prime"), rule: "queue" }],
    });
    expect(value.next).toContainEqual(expect.objectContaining({ at: words.expires_at }));
    await town.call("nudgesRead", { by: agent, agent, ids: [words.id] });
    await town.host.advance(1_000);
    await expect(explain(town, words.id)).rejects.toMatchObject({
      code: "not_found",
      hint: expect.stringContaining("delivered or dropped"),
    });
  });
});

describe("a container", () => {
  test("says what runs in it, by either of its names; one that is no agent's is not found", async () => {
    const town = await startTown();
    const { id, agent } = await worker(town);
    const value = await explain(town, `container/${agent}`);
    expect(value).toMatchObject({
      kind: "container",
      state: "up",
      owner: { who: "agent", name: agent },
      why: [{ text: expect.stringContaining(id), rule: "generation 1" }],
    });
    const record = await explain(town, agent);
    expect(record.hints).toContain(`gt explain container/${agent}`);
    expect(await explain(town, `demo/${agent}`)).toEqual(value);
    await expect(explain(town, "container/sample/nobody")).rejects.toMatchObject({ code: "not_found" });
    await town.call("stopAgent", { agent });
    await town.host.advance(MINUTE);
    expect(await explain(town, `container/${agent}`)).toMatchObject({
      state: "idle",
      owner: { who: "town" },
    });
  });
});
