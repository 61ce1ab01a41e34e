/** A person in a browser: signs in, watches the demo land, opens terminals, reloads in the middle and loses no line. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { inPlayground, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";
import { launchBrowser, openPage } from "../web/browser.ts";

/** Text of the page's only terminal, scrollback included. */
const textOf = (page: Page): Promise<string> =>
  page
    .locator("gastown-terminal")
    .first()
    .evaluate(terminal => String(Reflect.get(terminal, "text")));

/** A worker that counts slowly enough to be watched, and ends with a commit. */
const COUNTING = [
  "Count aloud, then leave a file behind.",
  "",
  "```sh",
  'for n in $(seq 1 120); do echo "count $n of 120"; sleep 0.05; done',
  "echo counted > counted.txt",
  "git add -A && git commit -q -m 'Count'",
  "```",
].join("\n");

describeWith("browser", "the dashboard of a running town", () => {
  test(
    "signs in, watches the demo land, reads a terminal live and after the fact",
    () =>
      inPlayground("browser", async place => {
        const town = join(place.dir, "town");
        const env = { GASTOWN_TOWN: town };
        const demo = place.start(["demo", "--dir", town], { env });
        const url = await until(
          "the sign-in link",
          () => /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(demo.output())?.[0],
        );
        const browser = await launchBrowser();
        try {
          const { page, problems } = await openPage(browser);
          await page.goto(url);
          await page.locator("gastown-header .connection", { hasText: "Live" }).waitFor();
          expect(page.url()).not.toContain("token=");
          await page.getByText("3 of 3 merged").waitFor({ timeout: 90_000 });
          // Whoever does the bead below has nothing to do after it, so that its terminal stays the last.
          await page.getByText("5 of 5 merged").waitFor({ timeout: 120_000 });

          const used = await openPage(browser);
          await used.page.goto(url);
          await used.page.getByText("gt url").first().waitFor();

          const gt = async (...args: string[]): Promise<string> => {
            const { code, stdout, stderr } = await place.run(["gt", ...args], { env });
            if (code !== 0) throw new Error(`gt ${args.join(" ")}: ${stderr}`);
            return stdout;
          };
          const bead = JSON.parse(
            await gt("bead", "create", "Count", "--rig", "sample", "-d", COUNTING, "--json"),
          ).id;
          await gt("sling", bead, "--agent", "script");
          const agent = await until("an agent to work on it", async () => {
            const agents: { id: string; bead?: string; activity?: string }[] = JSON.parse(
              await gt("agents", "--json"),
            );
            return agents.find(one => one.bead === bead && one.activity === "working")?.id;
          });
          const base = page.url().split("#")[0];
          await page.goto(`${base}#/agents/${agent}`);
          await until("the count to be seen", async () => (await textOf(page)).includes("count 20 of 120"));
          await page.reload();
          await until("the end of the count", async () => (await textOf(page)).includes("count 120 of 120"));
          const seen = [...(await textOf(page)).matchAll(/^count (\d+) of 120/gm)].map(([, n]) => Number(n));
          expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));

          await until(
            "the bead to be merged",
            async () => JSON.parse(await gt("show", bead, "--json")).bead.status === "closed",
            90,
          );
          await page.reload();
          await until("the recording after the fact", async () =>
            (await textOf(page)).includes("count 120 of 120"),
          );
          expect(problems).toEqual([]);
        } finally {
          await browser.close();
        }
        await place.run(["gt", "stop", "--agents"], { env });
        expect(await demo.exited).toBe(0);
      }),
    240_000,
  );
});
