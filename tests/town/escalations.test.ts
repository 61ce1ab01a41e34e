/** Escalations: raised once, counted while they stand, taken in hand, settled by people or by what they were about. */
import { describe, expect, test } from "bun:test";
import type { Bead } from "../../store/schema/bead.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { TestTown } from "./test-town.ts";

async function open(town: TestTown): Promise<Bead[]> {
  // SAFETY: the answer of `escalations`.
  return (await town.call("escalations")) as Bead[];
}

describe("escalations", () => {
  test("the same source and category make one bead, which takes the higher severity", async () => {
    const town = await TestTown.start();
    const ask = { title: "Which database?", category: "decision", source: "sa-1" };
    const first = (await town.call("escalate", { ...ask, severity: "low" })) as Bead;
    await town.host.advance(60_000);
    const second = (await town.call("escalate", { ...ask, severity: "high" })) as Bead;
    await town.host.advance(60_000);
    await town.call("escalate", { ...ask, severity: "medium" });
    expect(second.id).toBe(first.id);
    const [bead] = await open(town);
    expect(await open(town)).toHaveLength(1);
    const escalation = bead && readSatellite(bead, "escalation");
    expect(escalation).toMatchObject({ severity: "high", original_severity: "low", raised: 3 });
    expect(bead?.priority).toBe(1);
  });

  test("acknowledged and resolved once each, by whom is on record, and a new one follows a settled one", async () => {
    const town = await TestTown.start();
    const ask = { title: "Help", category: "help", source: "sa-1" };
    const { id } = (await town.call("escalate", ask)) as Bead;
    await town.call("acknowledgeEscalation", { id });
    await town.call("acknowledgeEscalation", { id, by: "bob" });
    expect(readSatellite(await town.get(id), "escalation")).toMatchObject({ acknowledged_by: "ada" });
    await town.call("resolveEscalation", { id, reason: "told it which" });
    const before = town.commits;
    await town.call("resolveEscalation", { id, by: "bob" });
    expect(town.commits).toBe(before);
    expect(await town.get(id)).toMatchObject({ status: "closed", close_reason: "told it which" });
    expect(readSatellite(await town.get(id), "escalation")).toMatchObject({ resolved_by: "ada" });
    expect(((await town.call("escalate", ask)) as Bead).id).not.toBe(id);
  });

  test("an agent may raise one and not settle it", async () => {
    const town = await TestTown.start();
    const { id } = (await town.call("escalate", { title: "Help", by: "sample/toast" })) as Bead;
    expect(town.call("acknowledgeEscalation", { id, by: "sample/toast" })).rejects.toMatchObject({
      code: "invalid_transition",
    });
    expect(town.call("resolveEscalation", { id, by: "sample/toast" })).rejects.toMatchObject({
      code: "invalid_transition",
    });
  });

  test("a bead that fails for good raises one", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const [id = ""] = await town.file(["a missing program"]);
    await town.call("sling", { beads: [id] });
    await town.settle();
    expect((await town.get(id)).status).toBe("failed");
    const [bead] = await open(town);
    expect(bead && readSatellite(bead, "escalation")).toMatchObject({ source: id, category: "failed" });
  });
});
