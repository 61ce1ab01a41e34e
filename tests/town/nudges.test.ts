/** Nudges: from the town through the agent and its container to the sandbox, kept until the sandbox says that it has them. */
import { describe, expect, test } from "bun:test";
import { TestTown } from "./test-town.ts";

interface Row {
  readonly nudge: { readonly text: string };
}

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
});
