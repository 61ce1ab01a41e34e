/** Nudges: from the town through the agent and its container to the sandbox, kept until the sandbox says that it has them. */
import { describe, expect, test } from "bun:test";
import { TestTown } from "./test-town.ts";

interface Row {
  readonly nudge: { readonly text: string };
}

const HOUR = 3_600_000;
const AGENT = "sample/toast";
const CLAUDE = { driver: { kind: "exec", preset: "claude" } };

async function working(options: Parameters<typeof TestTown.start>[0] = {}): Promise<TestTown> {
  const town = await TestTown.start(options);
  await town.addRig("sample", "sa", CLAUDE);
  const [id = ""] = await town.file(["slow work"]);
  await town.call("sling", { beads: [id] });
  await town.host.advance(1_000);
  expect(town.sandboxes.live.map(run => run.spec.container)).toEqual([`demo/${AGENT}`]);
  return town;
}

async function waiting(town: TestTown): Promise<string[]> {
  // SAFETY: the answer of `nudges`.
  return ((await town.call("nudges", { agent: AGENT })) as Row[]).map(({ nudge }) => nudge.text);
}

describe("nudges", () => {
  test("reach a working agent and are gone only when its sandbox says so", async () => {
    const town = await working({ nudgeMs: 5_000 });
    await town.call("nudge", { agent: AGENT, text: "look at the\u001b[31m tests\u0007\r\nfirst" });
    await town.host.advance(1_000);
    expect(await waiting(town)).toEqual(["look at the tests\nfirst"]);
    await town.host.advance(10_000);
    expect(town.sandboxes.runs[0]?.nudges).toEqual(["look at the tests\nfirst"]);
    expect(await waiting(town)).toEqual([]);
  });

  const dropped = async (town: TestTown): Promise<string[]> =>
    (await town.call("feed")).filter(({ type }) => type === "nudge.dropped").map(({ text }) => text);

  test("one that nobody took in two hours expires, is never given after that, and that is said", async () => {
    const town = await asleep();
    await town.call("nudge", { agent: AGENT, text: "while it is hot" });
    await town.host.advance(2 * HOUR - 1_000);
    expect(await waiting(town)).toEqual(["while it is hot"]);
    expect(await dropped(town)).toEqual([]);
    await town.host.advance(2_000);
    expect(await waiting(town)).toEqual([]);
    expect(await dropped(town)).toEqual([`A nudge of ada did not reach ${AGENT}: nobody took it in time`]);
    expect(await prompts(town, "later")).not.toContain("while it is hot");
  });

  test("what expires while the host is down is not given when it is back", async () => {
    const town = await asleep();
    await town.call("nudge", { agent: AGENT, text: "while it is hot" });
    await town.host.drain();
    town.host.clock.jump(3 * HOUR);
    await town.restart();
    expect(await prompts(town, "later")).not.toContain("while it is hot");
    expect(await dropped(town)).toHaveLength(1);
  });

  test("beyond the cap the oldest fall out, and that is said of each", async () => {
    const town = await asleep();
    const said = Array.from({ length: 23 }, (_, index) => `word ${index}`);
    for (const text of said) {
      await town.call("nudge", { agent: AGENT, text });
      await town.host.advance(1);
    }
    expect(await waiting(town)).toEqual(said.slice(3));
    expect(await dropped(town)).toEqual(
      said.slice(0, 3).map(() => `A nudge of ada did not reach ${AGENT}: too many wait`),
    );
    const prompt = await prompts(town, "later");
    expect(said.filter(text => new RegExp(`${text}$`, "m").test(prompt))).toEqual(said.slice(3));
    expect(await waiting(town)).toEqual([]);
  });

  test("one of the same key takes the place of the one that waits; another key, and none, are of their own", async () => {
    const town = await asleep();
    await town.call("nudge", { agent: AGENT, text: "1 failed", key: "tests" });
    await town.call("nudge", { agent: AGENT, text: "look here", key: "look" });
    await town.call("nudge", { agent: AGENT, text: "hello" });
    await town.call("nudge", { agent: AGENT, text: "2 failed", key: "tests" });
    await town.call("nudge", { agent: AGENT, text: "hello" });
    await town.host.drain();
    expect(await waiting(town)).toEqual(["look here", "hello", "2 failed", "hello"]);
    expect(await dropped(town)).toEqual([]);
    const prompt = await prompts(town, "later");
    expect(prompt).toContain("2 failed");
    expect(prompt).not.toContain("1 failed");
    // What was delivered does not stand in the way of the next one of its key.
    await town.call("nudge", { agent: AGENT, text: "3 failed", key: "tests" });
    await town.host.drain();
    expect(await waiting(town)).toEqual(["3 failed"]);
  });
});

/** A town whose agent has worked once and has nothing to do. */
async function asleep(): Promise<TestTown> {
  const town = await TestTown.start();
  await town.addRig("sample", "sa", { ...CLAUDE, max_polecats: 1 });
  await prompts(town, "first");
  expect(town.sandboxes.live).toEqual([]);
  return town;
}

/** Lets the agent do a bead of this title. @returns what it was told */
async function prompts(town: TestTown, title: string): Promise<string> {
  const [id = ""] = await town.file([title]);
  await town.call("sling", { beads: [id] });
  await town.host.advance(60_000);
  expect((await town.get(id)).status).toBe("closed");
  const run = town.sandboxes.runs.find(({ spec: { job } }) => job.kind === "work" && job.bead.id === id);
  return run?.spec.job.kind === "work" ? run.spec.job.prompt : "";
}
