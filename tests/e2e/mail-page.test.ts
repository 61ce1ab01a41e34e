/** The dashboard's mail page in a real town: what comes in is seen at once, and what is done there the town knows. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { inPlayground, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";
import { accessibilityFindings } from "../web/accessibility.ts";
import { launchBrowser, openPage } from "../web/browser.ts";

describeWith("browser", "the mail page", () => {
  test(
    "shows the inbox live, conversations, queues and channels; answers, acknowledges, claims and writes",
    () =>
      inPlayground("mail-page", async place => {
        const town = join(place.dir, "town");
        const gt = async (...args: string[]) => {
          const { code, stdout, stderr } = await place.run(["gt", ...args, "--json"], {
            env: { GASTOWN_TOWN: town },
          });
          if (code !== 0) throw new Error(`gt ${args.join(" ")}: ${stderr}`);
          return JSON.parse(stdout);
        };
        const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
        const line = await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
        const me: string = (await gt("whoami")).id;
        const browser = await launchBrowser();
        try {
          const { page, problems } = await openPage(browser);
          const mail = page.locator("gastown-mail");
          const row = (subject: string) => mail.locator(".row", { hasText: subject });
          await page.goto(JSON.parse(line).sign_in_url);
          await page.locator("gastown-header .connection", { hasText: "Live" }).waitFor();
          await page.locator("body").press("m");
          await mail.getByText("No mail waits").waitFor();
          expect(await accessibilityFindings(page)).toEqual([]);

          // It comes in while the page is open.
          const hostile = "Yes or **no**? <img src=x onerror=alert(1)>";
          const [task = ""] = (await gt("mail", "send", me, "-s", "Which one?", "-m", hostile, "--task")).ids;
          await gt("mail", "send", me, "-s", "Landed", "-m", "All of it.");
          await row("Which one?").waitFor();
          await page.getByRole("link", { name: "Mail, 2 unread" }).waitFor();
          await row("Which one?").click();
          await mail.getByRole("article").getByText("Yes or").waitFor();
          expect(await mail.locator("article img").count()).toBe(0);
          expect(page.url()).toEndWith(`#/mail/${task}`);
          await mail.locator(".pane .pill", { hasText: "Read" }).waitFor();
          expect(await gt("mail", "inbox")).toContainEqual(
            expect.objectContaining({ id: task, state: "read" }),
          );
          expect(await accessibilityFindings(page)).toEqual([]);

          // A link to a message is a place of its own, and an answer settles it.
          await page.reload();
          await mail.getByRole("heading", { name: "Which one?" }).waitFor();
          await mail.getByRole("textbox", { name: "Your answer" }).fill("No.");
          await mail.getByRole("button", { name: "Answer" }).click();
          await mail.getByRole("article").getByText("No.", { exact: true }).waitFor();
          expect((await gt("mail", "thread", task)).map((one: { body: string }) => one.body)).toEqual([
            hostile,
            "No.",
          ]);
          await mail.locator(".pane .pill", { hasText: "Done" }).waitFor();

          // A notification is done with when it is read, and stays in sight until one goes on.
          await row("Landed").click();
          await mail.locator(".pane .pill", { hasText: "Done" }).waitFor();
          await row("Landed").waitFor();

          // The answer came back to its writer as a message of its own.
          await row("Re: Which one?").click();
          await mail.getByRole("button", { name: "Acknowledge" }).click();
          await until("it is acknowledged", async () => (await gt("mail", "inbox")).length === 0);

          // An address that means nobody is said where one types; then it goes out.
          await mail.getByRole("button", { name: "Write" }).click();
          await mail.getByLabel("To").fill("@nowhere");
          await mail.getByLabel("Subject").fill("Sweep");
          await mail.getByRole("textbox", { name: "Message" }).fill("The yard.");
          await mail.getByLabel("It asks for something").check();
          expect(await accessibilityFindings(page)).toEqual([]);
          await mail.getByRole("button", { name: "Send" }).click();
          await mail.getByRole("alert").getByText("@nowhere").waitFor();
          expect(await mail.getByLabel("Subject").inputValue()).toBe("Sweep");
          await gt("mail", "queues", "chores", "--everybody");
          await gt("mail", "channels", "news", "--set", "mayor");
          await mail.getByLabel("To").fill("chores, mayor");
          await mail.getByRole("button", { name: "Send" }).click();
          await mail.getByText("Sent to").first().waitFor();
          expect(await gt("mail", "inbox", "mayor")).toMatchObject([{ subject: "Sweep", kind: "task" }]);
          expect(await gt("mail", "inbox", "chores")).toMatchObject([{ subject: "Sweep", queue: "chores" }]);

          // The queue: claimed here, and by nobody else any more.
          const box = (name: string) =>
            mail.getByRole("navigation", { name: "Boxes" }).getByRole("button", { name });
          await box("chores").click();
          await row("Sweep").click();
          await mail.getByRole("button", { name: "Claim", exact: true }).click();
          await until("it is claimed", async () => (await gt("mail", "inbox", "chores")).length === 0);
          await box("Inbox").click();
          await row("Sweep").click();
          await mail.getByRole("button", { name: "Release", exact: true }).click();
          await until("it is back", async () => (await gt("mail", "inbox", "chores")).length === 1);

          // The mayor's inbox and a channel, live.
          await box("Mayor").click();
          await row("Sweep").waitFor();
          await box("news").click();
          await mail.getByText("Nothing was posted").waitFor();
          await gt("mail", "send", "news", "-s", "Version 2", "-m", "Read the notes.");
          await row("Version 2").click();
          await mail.getByRole("article").getByText("Read the notes.").waitFor();

          await page.setViewportSize({ width: 390, height: 844 });
          await mail.getByRole("button", { name: "Back to the list" }).click();
          await row("Version 2").waitFor();
          expect(await accessibilityFindings(page)).toEqual([]);
          // The refused address is written to the console by the browser itself.
          expect(problems.filter(problem => !problem.includes("404"))).toEqual([]);
        } finally {
          await browser.close();
          await place.run(["gt", "stop", "--agents"], { env: { GASTOWN_TOWN: town } });
        }
      }),
    180_000,
  );
});
