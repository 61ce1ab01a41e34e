/** The `beads-ui` package from npm, in Chromium, with our `bd` as its back end. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { describeWith } from "../helpers/needs.ts";
import { launchBrowser, openPage } from "../web/browser.ts";
import { PATIENCE_MS, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

const root = join(import.meta.dir, "../..");

describeWith("browser", "beads-ui", () => {
  let bd: Sandbox;
  let server: Bun.Subprocess<"ignore", "pipe", "inherit">;
  let browser: Browser;
  let page: Page;
  let first: string;

  beforeAll(async () => {
    bd = await sandbox({ prefix: "ui" });
    first = await bd.text("create", "Shown first", "-t", "bug", "-p", "1", "-d", "what and why", "--silent");
    const bin = join(bd.root, "bd");
    writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${join(root, "runtime/cli/bd.ts")}" "$@"\n`, {
      mode: 0o755,
    });
    const port = freePort();
    server = Bun.spawn(
      [process.execPath, join(root, "node_modules/beads-ui/server/index.js"), "--port", String(port)],
      {
        cwd: bd.cwd,
        env: {
          PATH: process.env.PATH ?? "",
          HOME: join(bd.root, "home"),
          BD_BIN: bin,
          BEADS_ACTOR: "person",
          GIT_CONFIG_NOSYSTEM: "1",
        },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "inherit",
      },
    );
    await saysListening(server.stdout);
    browser = await launchBrowser();
    page = (await openPage(browser)).page;
    page.setDefaultTimeout(30_000);
    await page.goto(`http://127.0.0.1:${port}/`);
  });

  afterAll(async () => {
    await browser?.close();
    server?.kill();
    await server?.exited;
    bd?.remove();
  });

  test("lists what bd has, and shows what is made meanwhile without a reload", async () => {
    await page.getByText("Shown first").waitFor();
    await bd.text("create", "Made meanwhile", "-d", "x", "--silent");
    await page.getByText("Made meanwhile").waitFor();
  });

  test("a new issue of the form is a bead", async () => {
    await page
      .getByRole("button", { name: /new issue/i })
      .first()
      .click();
    await page.fill("#new-title", "From the form");
    await page.selectOption("#new-type", "feature");
    await page.selectOption("#new-priority", "0");
    await page.fill("#new-description", "written in <b>the</b> browser");
    await page.click("#btn-create");
    await page.locator(".issue-row", { hasText: "From the form" }).waitFor();
    const [made] = records(await bd.json("search", "From the form"));
    expect(made).toMatchObject({
      issue_type: "feature",
      priority: 0,
      description: "written in <b>the</b> browser",
      created_by: "person",
    });
  });

  test("status and priority that are chosen in the list are changed in bd", async () => {
    const row = page.locator(`.issue-row[data-issue-id="${first}"]`);
    await row.locator("select.badge--status").selectOption("in_progress");
    const started = await eventually(async () => {
      const [bead] = records(await bd.json("show", first));
      return bead?.status === "in_progress" ? bead : undefined;
    });
    expect(started).toMatchObject({ title: "Shown first", priority: 1, started_at: expect.any(String) });
  });
});

/** Asks again until there is an answer: the browser acts in its own time. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await Bun.sleep(50);
  }
  throw new Error("it never came");
}

function freePort(): number {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = probe;
  probe.stop();
  return port;
}

async function saysListening(stream: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("listening on")) return;
  }
  throw new Error(`beads-ui ended: ${text}`);
}
