import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { describeWith } from "../helpers/needs.ts";
import { openStage, type Stage, until } from "./stage.ts";

setDefaultTimeout(60_000);

/** The text of the page's only terminal, scrollback included. */
const textOf = (page: Page) =>
  page.locator("gastown-terminal").evaluate(terminal => (terminal as unknown as { text: string }).text);
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index} of the work\r\n`).join("");
const lineNumbers = (text: string) =>
  [...text.matchAll(/line (\d+) of the work/g)].map(([, number]) => Number(number));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describeWith("browser", "<gastown-terminal>", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await stage.close();
  });

  const worker = () => {
    const gateway = stage.gateway();
    gateway.town.rig("sample");
    gateway.town.agent("sample/toast", { state: "working", activity: "working" });
    return { gateway, run: gateway.terminals.start("sample/toast", "sa-1") };
  };
  const PAGE = "#/agents/sample/toast";

  test("shows what was there and what comes; a reload in the middle loses and doubles nothing", async () => {
    const { gateway, run } = worker();
    run.write(numbered(1, 300));
    const { page, problems } = await stage.signedIn(gateway, PAGE);
    await until(
      "the snapshot is drawn",
      () => textOf(page),
      text => text.includes("line 300 "),
    );
    const writing = (async () => {
      for (let line = 301; line <= 700; line += 10) {
        run.write(numbered(line, line + 9));
        await Bun.sleep(5);
      }
    })();
    await page.reload();
    await writing;
    const text = await until(
      "the last line is drawn",
      () => textOf(page),
      seen => seen.includes("line 700 "),
    );
    expect(lineNumbers(text)).toEqual(range(1, 700));
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a new size takes effect between the output before it and the output after it", async () => {
    const { gateway, run } = worker();
    for (let line = 1; line <= 26; line += 1)
      run.write(`line ${line} of the work${line === 26 ? "" : "\r\n"}`);
    // The cursor is not at the end: a snapshot that is drawn at another size leaves it elsewhere.
    run.write("\x1b[14A\r");
    const { page } = await stage.signedIn(gateway, PAGE, { viewport: { width: 1_440, height: 420 } });
    await until(
      "the viewer says its size",
      async () => run.sizes.length,
      count => count > 0,
    );
    for (const [round, height] of [420, 900, 380, 700].entries()) {
      const sizes = run.sizes.length;
      run.write(`mark ${round}\r\n\r\n`);
      if (round > 0) {
        await page.setViewportSize({ width: 1_200 + round * 40, height });
        await until(
          "the viewer says its new size",
          async () => run.sizes.length,
          count => count > sizes,
        );
      }
    }
    run.write("\x1b[99B\r\nthe end");
    const live = await until(
      "the last line is drawn",
      () => textOf(page),
      text => text.endsWith("the end"),
    );
    await page.reload();
    const snapshot = await until(
      "the snapshot is drawn",
      () => textOf(page),
      text => text.endsWith("the end"),
    );
    expect(live.split("\n")).toEqual(snapshot.split("\n"));
    await page.context().close();
  });

  test("a lost connection comes back by itself, nothing lost or doubled", async () => {
    const { gateway, run } = worker();
    run.write(numbered(1, 50));
    const { page } = await stage.signedIn(gateway, PAGE);
    await until(
      "the snapshot is drawn",
      () => textOf(page),
      text => text.includes("line 50 "),
    );
    gateway.cut(true);
    await page.getByText("Connection lost; the screen comes back by itself").waitFor();
    run.write(numbered(51, 120));
    gateway.cut(false);
    run.write(numbered(121, 150));
    const text = await until(
      "the last line is drawn",
      () => textOf(page),
      seen => seen.includes("line 150 "),
    );
    expect(lineNumbers(text)).toEqual(range(1, 150));
    await page.context().close();
  });

  test("the primary viewer types and sizes; another reads along until it takes control", async () => {
    const { gateway, run } = worker();
    run.write("ready\r\n");
    const first = await stage.signedIn(gateway, PAGE);
    await first.page.getByText("You type").waitFor();
    await until(
      "the primary viewer says its size",
      async () => run.sizes.length,
      count => count > 0,
    );
    const second = await stage.signedIn(gateway, PAGE, { viewport: { width: 1_000, height: 700 } });
    await second.page.getByText("Read only").waitFor();
    const sized = run.sizes.length;
    await second.page.locator("gastown-terminal .xterm-screen").click();
    await second.page.keyboard.type("ignored");
    await first.page.locator("gastown-terminal .xterm-screen").click();
    await first.page.keyboard.type("ls -l");
    await until(
      "the keystrokes arrive",
      async () => run.typed,
      typed => typed === "ls -l",
    );
    await second.page.getByRole("button", { name: "Take control" }).click();
    await first.page.getByText("Read only").waitFor();
    await second.page.keyboard.type("!");
    await until(
      "the keystrokes arrive",
      async () => run.typed,
      typed => typed === "ls -l!",
    );
    await until(
      "the new primary viewer says its size",
      async () => run.sizes.length,
      count => count > sized,
    );
    await first.page.context().close();
    await second.page.context().close();
  });

  test("Shift+Escape leaves a terminal that has the keyboard", async () => {
    const { gateway, run } = worker();
    run.write("ready\r\n");
    const { page } = await stage.signedIn(gateway, PAGE);
    await page.getByText("You type").waitFor();
    await page.locator("gastown-terminal .xterm-screen").click();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await until(
      "the keys go to the agent",
      async () => run.typed,
      typed => typed === "\x1b\t",
    );
    await page.keyboard.press("Shift+Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Help" }).waitFor();
    expect(run.typed).toBe("\x1b\t");
    await page.context().close();
  });

  test("after the fact: the recording, how it ended, and the run before", async () => {
    const { gateway, run } = worker();
    run.write(numbered(1, 5));
    run.end(1, "the tests failed");
    const { page } = await stage.signedIn(gateway, PAGE);
    await page.getByText("Ended: the tests failed").waitFor();
    expect(lineNumbers(await textOf(page))).toEqual(range(1, 5));
    // A new run opens by itself, and the old one can be chosen.
    const next = gateway.terminals.start("sample/toast", "sa-1");
    next.write("second run\r\n");
    gateway.town.agent("sample/toast", { generation: 2 });
    await until(
      "the new run is shown",
      () => textOf(page),
      text => text.includes("second run"),
    );
    await page.getByLabel("Run", { exact: true }).selectOption({ index: 2 });
    await until(
      "the old run is shown",
      () => textOf(page),
      text => text.includes("line 5 "),
    );
    expect(page.url()).toContain("?run=run-sample-toast-1");
    await page.context().close();
  });

  test("a sandbox that is away for a moment is waited for", async () => {
    const { gateway, run } = worker();
    run.write(numbered(1, 5));
    const { page } = await stage.signedIn(gateway, PAGE);
    await until(
      "the snapshot is drawn",
      () => textOf(page),
      text => text.includes("line 5 "),
    );
    run.vanish();
    await page.getByText("Connection lost; the screen comes back by itself").waitFor();
    run.write(numbered(6, 9));
    run.back();
    const text = await until(
      "the last line is drawn",
      () => textOf(page),
      seen => seen.includes("line 9 "),
    );
    expect(lineNumbers(text)).toEqual(range(1, 9));
    await page.context().close();
  });

  test("the end of a run leaves its last screen", async () => {
    const { gateway, run } = worker();
    run.write(numbered(1, 5));
    const { page } = await stage.signedIn(gateway, PAGE);
    await until(
      "the snapshot is drawn",
      () => textOf(page),
      text => text.includes("line 5 "),
    );
    run.write("that was all\r\n");
    run.end(0, "");
    await page.getByText("Ended: exit code 0").waitFor();
    expect(await textOf(page)).toEndWith("that was all");
    await page.context().close();
  });

  test("an agent that has not run says so", async () => {
    const gateway = stage.gateway();
    gateway.town.agent("sample/toast", { has_terminal: false });
    const { page } = await stage.signedIn(gateway, PAGE);
    await page.getByText("Nothing to see yet").waitFor();
    gateway.terminals.start("sample/toast").write("now it runs\r\n");
    gateway.town.agent("sample/toast", { has_terminal: true, state: "working" });
    await until(
      "the terminal opens",
      () => textOf(page),
      text => text.includes("now it runs"),
    );
    await page.context().close();
  });

  test("a flood is drawn to its end, and the page goes on", async () => {
    const { gateway, run } = worker();
    const { page } = await stage.signedIn(gateway, PAGE);
    await page.getByText("You type").waitFor();
    for (let batch = 0; batch < 40; batch += 1) {
      run.write(`${`flood ${batch} ${"x".repeat(90)}\r\n`.repeat(2_000)}`);
      await Bun.sleep(0);
    }
    run.write("the end\r\n");
    await until(
      "the last line is drawn",
      () => textOf(page),
      text => text.endsWith("the end"),
    );
    await page.context().close();
  });

  test("the colours follow the scheme, the page's and the user's choice", async () => {
    const { gateway, run } = worker();
    run.write("ready\r\n");
    const { page } = await stage.signedIn(gateway, PAGE);
    await until(
      "the snapshot is drawn",
      () => textOf(page),
      text => text.includes("ready"),
    );
    const background = () =>
      page
        .locator("gastown-terminal .xterm-scrollable-element")
        .evaluate(element => getComputedStyle(element).backgroundColor);
    expect(await background()).toBe("rgb(14, 16, 20)");
    await page.emulateMedia({ colorScheme: "light" });
    await until("the terminal follows the system", background, color => color === "rgb(251, 251, 249)");
    await page.getByRole("button", { name: "Theme: auto" }).click();
    await until("the terminal follows the choice", background, color => color === "rgb(14, 16, 20)");
    await page.reload();
    await page.getByRole("button", { name: "Theme: dark" }).waitFor();
    await until("the choice is remembered", background, color => color === "rgb(14, 16, 20)");
    await page.context().close();
  });

  test("the town's page shows who works, side by side, and lets go of them when closed", async () => {
    const gateway = stage.gateway();
    for (const name of ["toast", "nux", "dag", "slit"]) {
      gateway.terminals.start(`sample/${name}`).write(`${name} at work\r\n`);
      gateway.town.agent(`sample/${name}`, { state: name === "slit" ? "idle" : "working" });
    }
    const { page, problems } = await stage.signedIn(gateway);
    const tiles = () =>
      page
        .locator("gastown-dock gastown-terminal")
        .evaluateAll(all => all.map(tile => tile.getAttribute("agent")));
    expect([...(await until("all have opened", tiles, list => list.length === 3))].sort()).toEqual([
      "sample/dag",
      "sample/nux",
      "sample/toast",
    ]);
    await page.locator("[data-tile='sample/nux'] .xterm-rows").getByText("nux at work").waitFor();
    gateway.town.agent("sample/toast", { state: "idle" });
    gateway.town.agent("sample/slit", { state: "working" });
    await page.locator("[data-tile='sample/slit']").waitFor();
    expect(await page.locator("[data-tile='sample/toast']").count()).toBe(0);
    await page.getByRole("button", { name: "Close the terminals" }).click();
    expect(await page.locator("gastown-terminal").count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
