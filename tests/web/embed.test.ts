import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { livelyTown } from "./scenario.ts";
import { openStage, type Stage } from "./stage.ts";

setDefaultTimeout(60_000);

const page = (body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Elsewhere</title><link rel="icon" href="data:,"><script type="module" src="./elements.js"></script>${body}</html>`;

describeWith("browser", "elements on a page of somebody else", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    writeFileSync(
      join(stage.dist, "alone.html"),
      page(`<gastown-board style="height: 400px"></gastown-board><gastown-agents style="height: 300px"></gastown-agents>
        <gastown-feed style="height: 300px"></gastown-feed><gastown-convoys></gastown-convoys>
        <gastown-bead bead="sa-4k2"></gastown-bead><gastown-terminal agent="sample/toast" readonly style="height: 300px"></gastown-terminal>`),
    );
    writeFileSync(
      join(stage.dist, "shared.html"),
      page(`<gastown-town town="demo"><gastown-board style="height: 400px"></gastown-board>
        <div><gastown-agents style="height: 300px" theme="dark"></gastown-agents></div></gastown-town>`),
    );
  });
  afterAll(async () => {
    await stage.close();
  });

  test("each works alone", async () => {
    const gateway = stage.gateway();
    livelyTown(gateway);
    const { page, problems } = await stage.signedIn(gateway);
    await page.goto(`${gateway.url}/alone.html`);
    await page.locator("gastown-board [data-bead=sa-4k2]").waitFor();
    await page.locator("gastown-agents [data-agent='sample/toast']").waitFor();
    await page.locator("gastown-feed .line").first().waitFor();
    await page.locator("gastown-convoys [data-convoy=hq-c1]").waitFor();
    await page.locator("gastown-bead h2").getByText("Add slugify").waitFor();
    await page.locator("gastown-terminal .xterm-rows").getByText("slugify").first().waitFor();
    await page.locator("gastown-terminal").getByText("Read only").waitFor();
    const chosen = page.evaluate(
      () =>
        new Promise(resolve =>
          addEventListener("gastown-open-bead", event => resolve((event as Event & { bead: string }).bead)),
        ),
    );
    await page.locator("gastown-board [data-bead=sa-9xq]").click();
    expect(await chosen).toBe("sa-9xq");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("<gastown-town> gives them one connection", async () => {
    const gateway = stage.gateway();
    livelyTown(gateway);
    const { page, problems } = await stage.signedIn(gateway);
    const sockets: string[] = [];
    page.on("websocket", socket => sockets.push(socket.url()));
    await page.goto(`${gateway.url}/shared.html`);
    await page.locator("gastown-board [data-bead=sa-4k2]").waitFor();
    await page.locator("gastown-agents [data-agent='sample/toast']").waitFor();
    expect(sockets).toHaveLength(1);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
