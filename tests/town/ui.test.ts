/** What others show on the dashboards: only things of the list that are there, by people and the mayor, and never kept. */
import { expect, test } from "bun:test";
import { TestTown } from "./test-town.ts";

test("a bead, an agent or a convoy of the town is shown once, with its full id, and nothing else is", async () => {
  const town = await TestTown.start();
  await town.addRig();
  const [id = ""] = await town.file(["plain"]);
  await town.call("sling", { beads: [id] });
  await town.settle(1);
  const shown = () => town.published.filter(event => (event as { op?: string }).op === "ui");
  const show = (action: string, of: string, by = "ada") =>
    town.call("uiAction", { by, show: { action, id: of } });
  expect(await show("open_bead", id)).toEqual({ action: "open_bead", id });
  const [agent] = (await town.call("agents", {})) as { id: string }[];
  expect(await show("open_agent", agent?.id ?? "", "hq/mayor")).toEqual({
    action: "open_agent",
    id: agent!.id,
  });
  expect(await show("highlight_bead", id)).toMatchObject({ id });
  expect(shown()).toHaveLength(3);
  expect(shown()[1]).toEqual({ op: "ui", by: "hq/mayor", action: "open_agent", id: agent!.id });
  await expect(show("open_bead", "sa-nope")).rejects.toMatchObject({ code: "not_found" });
  await expect(show("open_agent", "sample/nobody")).rejects.toMatchObject({ code: "not_found" });
  await expect(show("open_convoy", id)).rejects.toMatchObject({ code: "invalid_argument" });
  await expect(show("reload", id)).rejects.toMatchObject({ code: "invalid_argument" });
  await expect(show("open_bead", id, agent!.id)).rejects.toMatchObject({ code: "forbidden" });
  expect(shown()).toHaveLength(3);
});
