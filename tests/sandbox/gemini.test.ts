/** A real agent CLI from npm, isolated, against a scripted model on loopback: the least that a preset must hold. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { startModelServer } from "../helpers/model-server.ts";
import { describeWith } from "../helpers/needs.ts";
import { makeTown, type Town } from "./town.ts";

setDefaultTimeout(120_000);

let town: Town;
afterEach(() => town.close());

describeWith("agents", "gemini-cli in a sandbox", () => {
  test("edits, commits and submits; its words and usage are read, and nothing of it stays", async () => {
    town = makeTown();
    const shell = (command: string) => ({ tool: "run_shell_command", args: { command } });
    const model = startModelServer([
      shell("printf 'Hello from the model.\\n' > greeting.txt"),
      shell("git add -A && git commit -q -m 'Add a greeting'"),
      shell("gt done"),
      { say: "The greeting is submitted." },
    ]);
    try {
      const spec = town.workSpec(
        { prompt: "Add a greeting." },
        { driver: { kind: "exec", preset: "gemini", model: "gemini-2.5-flash", extra_args: [] } },
      );
      const run = await town.start(spec, {
        secrets: { env: { GEMINI_API_KEY: "dummy", GOOGLE_GEMINI_BASE_URL: model.url } },
      });
      const exited = await run.event("exited");
      expect(exited).toMatchObject({ ok: true, reason: "submitted", code: 0 });
      const { head } = await run.event("submitted");
      expect(town.git(town.remote, "show", `${head}:greeting.txt`)).toBe("Hello from the model.");
      expect(run.recording()).toContain("The greeting is submitted.");
      expect(run.recording()).toContain("> run_shell_command git add -A");
      expect(run.events().findLast(event => event.type === "usage")).toMatchObject({ type: "usage" });
      expect(model.requests[0]).toContain("Add a greeting.");
    } finally {
      await model.stop();
    }
  });
});
