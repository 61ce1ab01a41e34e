import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { describeWith } from "../helpers/needs.ts";
import { accessibilityFindings } from "./accessibility.ts";
import { openPage } from "./browser.ts";
import { layoutShifts, watchLayoutShifts } from "./layout-shift.ts";
import { livelyTown } from "./scenario.ts";
import { openStage, type Stage, until } from "./stage.ts";

setDefaultTimeout(60_000);

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const ROUTES = ["", "#/beads/sa-4k2", "#/agents/sample/nux"] as const;

describeWith("browser", "how the dashboard looks", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await stage.close();
  });

  for (const colorScheme of ["dark", "light"] as const) {
    test(`${colorScheme}: nothing to find for the checks of accessibility, and no problem in the console`, async () => {
      const gateway = stage.gateway();
      livelyTown(gateway);
      gateway.town.bead("sa-f0f", { title: "Tried too often", status: "failed" });
      gateway.town.agent("sample/capable", { isolation: "none", reduced: "bubblewrap is missing" });
      for (const options of [{}, PHONE]) {
        for (const hash of ROUTES) {
          const { page, problems } = await stage.signedIn(gateway, hash, { colorScheme, ...options });
          if (hash.includes("beads")) await page.locator("gastown-bead h2").waitFor();
          expect({ hash, options, findings: await accessibilityFindings(page), problems }).toEqual({
            hash,
            options,
            findings: [],
            problems: [],
          });
          await page.context().close();
        }
      }
    });
  }

  test("the sign-in page passes the same checks", async () => {
    const gateway = stage.gateway();
    for (const colorScheme of ["dark", "light"] as const) {
      const { page } = await openPage(stage.browser, { colorScheme });
      await page.goto(gateway.url);
      await page.getByRole("heading", { name: "Sign in to this town" }).waitFor();
      expect(await accessibilityFindings(page)).toEqual([]);
      await page.context().close();
    }
  });

  test("nothing moves by itself: not while loading, and not while a town is at work", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    const runs = livelyTown(gateway);
    const { page } = await stage.signedIn(gateway, "", { prepare: watchLayoutShifts });
    await page.locator("[data-tile='sample/toast'] .xterm-rows").getByText("slugify").first().waitFor();
    for (let round = 0; round < 12; round += 1) {
      const id = `sa-n${round}`;
      town.bead(id, {
        title: `Another bead, number ${round}, with a title of two lines`,
        priority: round % 5,
      });
      town.bead(id, { status: "hooked", assignee: "sample/toast" });
      town.say("bead.slung", `${id} slung to sample/toast`, { bead: id, agent: "sample/toast" });
      town.bead(id, { status: "in_progress" });
      town.agent("sample/toast", {
        bead: id,
        bead_title: `Another bead, number ${round}`,
        last_note: `step ${round}`,
      });
      runs.toast?.write(`working on ${id}\r\n`);
      town.bead(id, { status: round % 4 === 3 ? "failed" : "closed", closed_at: new Date().toISOString() });
      town.say("merge.merged", `${id} merged into main`, { bead: id, level: "good" });
      await Bun.sleep(60);
    }
    for (const name of ["toast", "dag", "capable"]) {
      town.agent(`sample/${name}`, { state: "stopping", activity: "exited" });
      runs[name]?.end(0, "submitted");
      await Bun.sleep(60);
      town.agent(`sample/${name}`, { state: "idle", generation: 2 });
    }
    town.agent("sample/nux", { activity: "waiting_for_person", detail: "May I?" });
    for (const id of ["sa-4k2", "sa-9xq", "sa-m31", "sa-w55"]) town.bead(id, { status: "closed" });
    await page.locator("[data-convoy=hq-c1][data-state=landed]").waitFor();
    // Ages go on from seconds to minutes meanwhile.
    await Bun.sleep(2_500);
    // A scroll bar's slider, 8 pixels wide, moves when its content grows; that is what it is for.
    const shifts = (await layoutShifts(page)).filter(
      ({ sources }) => !sources.every(source => / 8 \d+ -> \d+ \d+ 8 \d+$/.test(source)),
    );
    expect(shifts).toEqual([]);
    await page.context().close();
  });

  test("a phone shows one thing at a time, and nothing is wider than it", async () => {
    const gateway = stage.gateway();
    livelyTown(gateway);
    const { page } = await stage.signedIn(gateway, "", PHONE);
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBe(390);
    await page.getByRole("button", { name: "Agents", exact: true }).tap();
    await page.locator("[data-agent='sample/nux']").waitFor();
    expect(await page.locator("gastown-board").isVisible()).toBe(false);
    await page.locator("[data-agent='sample/nux']").tap();
    await page.locator("gastown-terminal .xterm-rows").getByText("Thinking").waitFor();
    expect(await width()).toBe(390);
    await page.getByRole("button", { name: "Activity", exact: true }).tap();
    await page.locator("gastown-feed .line").first().waitFor();
    await page.getByRole("button", { name: "Board", exact: true }).tap();
    await page.locator("[data-bead=sa-t2r]").tap();
    await page.getByRole("dialog", { name: "Bead sa-t2r" }).waitFor();
    expect(await width()).toBe(390);
    await page.goto(`${gateway.url}/#/beads/sa-4k2`);
    await page.locator("gastown-bead h2").getByText("slugify").waitFor();
    expect(
      await page.locator("gastown-drawer .scroll").evaluate(element => element.scrollWidth),
    ).toBeLessThanOrEqual(390);
    await page.context().close();
  });

  test("the tab's icon shows the worst state", async () => {
    const gateway = stage.gateway();
    gateway.town.rig("sample");
    gateway.town.bead("sa-1", {});
    const { page } = await stage.signedIn(gateway);
    const icon = () => page.locator('link[rel="icon"]').getAttribute("href");
    const calm = await icon();
    gateway.town.bead("sa-1", { status: "failed" });
    const failed = await until("the icon changes", icon, url => url !== calm);
    expect(decodeURIComponent(failed ?? "")).toContain("#f0454d");
    await page.context().close();
  });
});
