import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { escalationSchema } from "../../store/schema/satellite.ts";
import { describeWith } from "../helpers/needs.ts";
import { openPage } from "./browser.ts";
import { openStage, type Stage, until } from "./stage.ts";

setDefaultTimeout(60_000);

describeWith("browser", "the dashboard", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await stage.close();
  });

  const column = (page: Page, name: string) =>
    page
      .locator(`[data-column=${name}] .card`)
      .evaluateAll(cards => cards.map(card => card.getAttribute("data-bead")));

  test("who is not signed in is told how, and gets in with the link", async () => {
    const gateway = stage.gateway();
    const { page, problems } = await openPage(stage.browser);
    await page.goto(`${gateway.url}/#/beads/sa-1`);
    await page.getByRole("heading", { name: "Sign in to this town" }).waitFor();
    expect(await page.locator("gastown-command code").textContent()).toBe("gt url");
    await page.getByLabel("Open the link, or paste it here.").fill("nonsense");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("used already").waitFor();
    await page.getByLabel("Open the link, or paste it here.").fill(await gateway.signInUrl());
    gateway.town.bead("sa-1", { title: "Where the link led to" });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page
      .getByRole("dialog", { name: "Bead sa-1" })
      .getByRole("heading", { name: "Where the link led to" })
      .waitFor();
    // A refusal is written to the console by the browser itself.
    expect(problems.filter(problem => !problem.includes("401"))).toEqual([]);
    await page.context().close();
  });

  test("a link works once, and says so", async () => {
    const gateway = stage.gateway();
    const url = await gateway.signInUrl();
    const first = await openPage(stage.browser);
    await first.page.goto(url);
    await first.page.locator("gastown-board").waitFor();
    expect(new URL(first.page.url()).search).toBe("");
    const second = await openPage(stage.browser);
    await second.page.goto(url);
    await second.page.getByRole("alert").getByText("used already").waitFor();
    await first.page.context().close();
    await second.page.context().close();
  });

  test("an empty town says what to do next", async () => {
    const gateway = stage.gateway();
    const { page, problems } = await stage.signedIn(gateway);
    await page.locator("gastown-board").getByText("gt rig add <name>").waitFor();
    await page.locator("gastown-agents").getByText("gt sling <bead>").waitFor();
    await page.locator("gastown-feed").getByText("Nothing has happened yet").waitFor();
    await page.locator("gastown-convoys").getByText("No convoys").waitFor();
    gateway.town.rig("sample");
    await page
      .locator("gastown-board")
      .getByText('gt bead create "What is to be done" --rig sample')
      .waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("the board follows the town", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    town.rig("sample");
    town.bead("sa-1", { title: "First" });
    town.bead("sa-2", {
      title: "Second",
      dependencies: [
        { issue_id: "sa-2", depends_on_id: "sa-1", type: "blocks", created_at: new Date().toISOString() },
      ],
    });
    town.convoy("hq-c1", "Both", ["sa-1", "sa-2"]);
    const { page, problems } = await stage.signedIn(gateway);
    expect(await column(page, "open")).toEqual(["sa-1", "sa-2"]);
    await page.locator("[data-bead=sa-2]").getByText("after sa-1").waitFor();

    town.bead("sa-1", { status: "hooked", assignee: "sample/toast" });
    await until(
      "the card moves to Hooked",
      () => column(page, "hooked"),
      ids => ids[0] === "sa-1",
    );
    town.bead("sa-1", { status: "in_progress" });
    await until(
      "the card moves to In progress",
      () => column(page, "in_progress"),
      ids => ids[0] === "sa-1",
    );
    town.bead("sa-1", { status: "in_review" });
    town.request("sa-m1", { bead: "sa-1", state: "merging" });
    await page.locator("[data-column=in_review] [data-bead=sa-1]").getByText("in test").waitFor();
    town.request("sa-m1", { bead: "sa-1", state: "merged" });
    town.bead("sa-1", { status: "closed", closed_at: new Date().toISOString() });
    await page.locator("[data-column=done] [data-bead=sa-1]").getByText("merged").waitFor();
    // What waited for it is ready now.
    await page.locator("[data-bead=sa-2]").getByText("ready").waitFor();
    await page.locator("gastown-convoys").getByText("1 of 2 merged").waitFor();
    town.bead("sa-2", { status: "closed" });
    await page.locator("[data-convoy=hq-c1][data-state=landed]").waitFor();
    expect(await page.locator("[data-count=done] b").textContent()).toBe("2");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("what needs a person is said, marked in the title, and leads there", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    town.rig("sample");
    town.bead("sa-1", { title: "Hard one", status: "in_progress" });
    town.agent("sample/toast", { state: "working", activity: "working", bead: "sa-1" });
    const { page } = await stage.signedIn(gateway);
    await page.locator("gastown-status").getByText("Nothing needs you").waitFor();
    town.agent("sample/toast", { activity: "waiting_for_person", detail: "May I delete the branch?" });
    town.bead("sa-1", { status: "failed" });
    await page.locator("gastown-status").getByText("2 things need you").waitFor();
    await until(
      "the title counts",
      () => page.title(),
      title => title === "(2) demo · Gastown",
    );
    await page.locator("gastown-status").getByRole("button", { name: "sa-1 failed" }).click();
    await page.getByRole("dialog", { name: "Bead sa-1" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("gastown-status").getByRole("button", { name: "toast waits for you" }).click();
    await page.getByRole("heading", { name: "toast", exact: true }).waitFor();
    expect(page.url()).toEndWith("#/agents/sample/toast");
    await page.context().close();
  });

  test("an escalation is said at once with its severity, leads to its bead, and leaves when it is resolved", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    town.rig("sample");
    const { page, problems } = await stage.signedIn(gateway);
    const status = page.locator("gastown-status");
    await status.getByText("Nothing needs you").waitFor();
    const escalation = (severity: "medium" | "critical") =>
      escalationSchema.parse({ severity, category: "failed", source: "sample/toast", raised_by: "town" });
    const fields = {
      title: "toast failed 6 times",
      issue_type: "escalation",
      description: "Its disk is full",
    };
    town.bead("hq-e1", { ...fields, metadata: { escalation: escalation("medium") } });
    await status.getByText("1 thing needs you").waitFor();
    const item = status.getByRole("button", { name: "toast failed 6 times" });
    const calm = await item.textContent();
    expect(calm).toContain("medium, about sample/toast.");
    expect(calm).toContain("Its disk is full");
    expect(await item.getAttribute("class")).toContain("tone-warn");

    town.bead("hq-e1", { metadata: { escalation: escalation("critical") } });
    await item.getByText("critical, about sample/toast.").waitFor();
    expect(await item.getAttribute("class")).toContain("tone-failed");
    await item.click();
    await page.getByRole("dialog", { name: "Bead hq-e1" }).waitFor();
    await page.keyboard.press("Escape");

    town.bead("hq-e1", { status: "in_progress", assignee: "ada" });
    await item.getByText("ada has it in hand.").waitFor();
    town.bead("hq-e1", { status: "closed", closed_at: new Date().toISOString() });
    await status.getByText("Nothing needs you").waitFor();
    expect(await item.count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("five thousand beads: few are in the document, all can be reached by keyboard", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    town.rig("sample");
    const at = new Date(0).toISOString();
    for (let index = 0; index < 5_000; index += 1) {
      const id = `sa-${String(index).padStart(4, "0")}`;
      town.beads.set(id, {
        id,
        title: `Bead number ${index}`,
        status: "open",
        priority: 2,
        issue_type: "task",
        created_at: at,
        updated_at: at,
      });
    }
    const { page, problems } = await stage.signedIn(gateway);
    await page.locator("[data-bead=sa-0000]").waitFor();
    expect(await page.locator(".card").count()).toBeLessThan(40);
    await page.locator("[data-bead=sa-0000]").focus();
    for (const key of ["ArrowDown", "ArrowDown", "End"]) await page.keyboard.press(key);
    await page.locator("[data-bead='sa-4999']:focus").waitFor();
    expect(await page.locator(".card").count()).toBeLessThan(60);
    await page.keyboard.press("Home");
    await page.locator("[data-bead='sa-0000']:focus").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("number 4321");
    await until(
      "the filter applies",
      () => column(page, "open"),
      ids => ids.length === 1 && ids[0] === "sa-4321",
    );
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("by keyboard: to a card, along the columns, into the bead and back", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    town.rig("sample");
    town.bead("sa-1", { title: "Open one" });
    town.bead("sa-2", { title: "Another", status: "in_review" });
    const { page } = await stage.signedIn(gateway);
    await page.locator("[data-bead=sa-1]").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("[data-bead='sa-2']:focus").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Bead sa-2" }).getByRole("heading", { name: "Another" }).waitFor();
    expect(page.url()).toEndWith("#/beads/sa-2");
    await page.keyboard.press("Escape");
    await page.locator("[data-bead='sa-2']:focus").waitFor();
    expect(page.url()).toEndWith("#/");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Help" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await page.getByRole("button", { name: "Open the terminals" }).waitFor();
    await page.context().close();
  });

  test("a bead in full: Markdown made safe, dependencies, merge request, comments, history", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    town.rig("sample");
    town.bead("sa-1", { title: "Base" });
    town.bead("sa-2", {
      title: "With **stars**",
      description:
        "Some *text* with `code`.\n\n<img src=x onerror=alert(1)><script>alert(2)</script>\n\n[bad](javascript:alert(3)) [good](https://example.com)\n\n<style>*{display:none}</style>",
      dependencies: [
        { issue_id: "sa-2", depends_on_id: "sa-1", type: "blocks", created_at: new Date().toISOString() },
      ],
    });
    town.request("sa-m1", { bead: "sa-2", state: "rejected", reason: "gate test: 3 tests failed" });
    const { page, problems } = await stage.signedIn(gateway, "#/beads/sa-2");
    const drawer = page.getByRole("dialog", { name: "Bead sa-2" });
    await drawer.getByRole("heading", { name: "With **stars**" }).waitFor();
    expect(await drawer.locator(".markdown em").textContent()).toBe("text");
    const markup = await drawer.locator(".markdown").first().innerHTML();
    expect(markup).not.toMatch(/<img|<script|<style|javascript:/);
    expect(markup).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(
      await drawer.locator(".markdown a[href]").evaluateAll(links => links.map(link => link.outerHTML)),
    ).toEqual(['<a href="https://example.com" target="_blank" rel="noopener noreferrer nofollow">good</a>']);
    await drawer.getByText("gate test: 3 tests failed").waitFor();
    await drawer.getByText("filed it").waitFor();
    await drawer.getByLabel("Comment").fill("Mind the **edge** case.");
    await drawer.getByRole("button", { name: "Comment" }).click();
    await drawer.locator(".comment strong", { hasText: "edge" }).waitFor();
    expect(await drawer.getByLabel("Comment").inputValue()).toBe("");
    // Live: somebody else changes it meanwhile.
    town.bead("sa-2", { status: "in_progress", assignee: "sample/toast" });
    await drawer.locator("[data-status=in_progress]").waitFor();
    await drawer.locator(".edges").getByRole("button", { name: "sa-1" }).click();
    await page.getByRole("dialog", { name: "Bead sa-1" }).getByText("waits for this").waitFor();
    await page.getByRole("button", { name: "Sling to an agent" }).click();
    await page.locator("[data-column=hooked] [data-bead=sa-1]").waitFor();
    await page.reload();
    await page.getByRole("dialog", { name: "Bead sa-1" }).getByRole("heading", { name: "Base" }).waitFor();
    expect(problems).toEqual([]);
    await page.goto(`${gateway.url}/#/beads/sa-nope`);
    await page.getByText("There is no bead sa-nope").waitFor();
    await page.context().close();
  });

  test("what others show opens here, and never while somebody types", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    town.rig("sample");
    town.bead("sa-1", { title: "First" });
    town.bead("sa-2", { title: "Second" });
    const { page, problems } = await stage.signedIn(gateway);
    await page.locator("[data-bead=sa-1]").waitFor();
    town.show({ action: "open_bead", id: "sa-1" });
    const drawer = page.getByRole("dialog", { name: "Bead sa-1" });
    await drawer.getByLabel("Comment").fill("In the middle of a");
    town.show({ action: "open_bead", id: "sa-2" });
    // Comes over the same line after it: once this is here, that was.
    town.bead("sa-3", { title: "Third" });
    await page.locator("[data-bead=sa-3]").waitFor();
    expect(await drawer.getByLabel("Comment").inputValue()).toBe("In the middle of a");
    await drawer.getByTitle("Close (Escape)").click();
    town.show({ action: "highlight_bead", id: "sa-2" });
    await page.locator("gastown-board [data-bead=sa-2][aria-current=true]").waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a lost connection is shown, never as all being well, and comes back with what was missed", async () => {
    const gateway = stage.gateway();
    const { town } = gateway;
    town.rig("sample");
    town.bead("sa-1", { title: "First" });
    const { page } = await stage.signedIn(gateway);
    gateway.cut(true);
    await page.locator("gastown-status").getByText("Connection lost").waitFor();
    await page.locator("gastown-header .connection", { hasText: "Retry in" }).waitFor();
    await page.locator("gastown-status").getByText("may be out of date").waitFor();
    town.bead("sa-2", { title: "Filed meanwhile" });
    town.say("bead.created", "sa-2 was filed", { bead: "sa-2" });
    gateway.cut(false);
    await page.locator("[data-bead=sa-2]").waitFor();
    await page.locator("gastown-feed").getByText("was filed").waitFor();
    await page.locator("gastown-status").getByText("Nothing needs you").waitFor();
    expect(await page.locator("gastown-feed .line").count()).toBe(1);
    await page.context().close();
  });
});
