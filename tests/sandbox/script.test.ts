import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { describeWith } from "../helpers/needs.ts";
import { blocks, makeTown, type Town } from "./town.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

describeWith("isolation", "script job", () => {
  test("goes from the blocks of a bead to a pushed branch and a submitted event", async () => {
    town = makeTown();
    const run = await town.start(
      town.workSpec({
        bead: {
          id: "gt-1",
          title: "Say hello",
          description: `Do it.\n\n${blocks("echo hello > hello.txt\ngit add -A", "git commit -q -m 'Say hello'")}\n`,
        },
      }),
    );
    const submitted = await run.event("submitted");
    const exited = await run.event("exited");
    expect(exited).toMatchObject({ ok: true, reason: "submitted", code: 0 });
    expect(submitted).toMatchObject({ bead: "gt-1", attempt: 1, branch: "polecat/toast/gt-1", commits: 1 });
    expect(town.git(town.remote, "rev-parse", "polecat/toast/gt-1")).toBe(submitted.head);
    expect(town.git(town.remote, "show", `${submitted.head}:hello.txt`)).toBe("hello");
    expect(town.git(town.remote, "log", "-1", "--format=%an <%ae>", submitted.head)).toBe(
      "toast <toast@sample.gastown.local>",
    );
    expect(await run.event("started")).toMatchObject({ isolation: "process" });
    expect(run.recording()).toContain("git commit -q -m 'Say hello'");
  });
});
