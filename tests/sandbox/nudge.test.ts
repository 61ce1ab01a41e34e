/** Nudges in a real sandbox process: at a turn boundary, whole, and never in the middle of what a person types. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { Nudge } from "../../store/schema/nudge.ts";
import { describeWith } from "../helpers/needs.ts";
import { makeTown, type SandboxProcess, type Town, until } from "./town.ts";
import { openViewer } from "./viewer.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

const shell = (script: string) => ({ kind: "pty" as const, command: ["bash", "-c", script] });

function nudge(id: string, text: string, more: Partial<Nudge> = {}): Nudge {
  return {
    id,
    from: "sample/refinery",
    text,
    mode: "wait-idle",
    key: id,
    at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 600_000).toISOString(),
    ...more,
  };
}

async function send(run: SandboxProcess, words: Nudge): Promise<void> {
  const { error } = await run.client.nudge.post({ nudge: words });
  if (error !== null) throw error.value;
}

function delivered(run: SandboxProcess): string[] {
  return run.events().flatMap(event => (event.type === "nudge" ? [`${event.id} ${event.outcome}`] : []));
}

/** Reads whole lines and shows each between brackets; what is pasted stays one line. */
const READER = `while IFS= read -r line; do echo "<$line>"; done`;
/** Says by its terminal mode that it edits a line, as readline and the agents do, and shows each byte that it gets. */
const EDITOR = `printf '\\033[?2004h'; stty raw -echo; cat -v`;

describeWith("isolation", "a nudge in a sandbox", () => {
  test("6.2.9 is typed once at a turn boundary as one line, acknowledged, and a second delivery is none", async () => {
    town = makeTown();
    const run = await town.start(town.workSpec({}, { driver: shell(`echo ready; ${READER}`) }));
    await until("the program runs", () => run.recording().includes("ready"));
    const words = nudge("n1", "two\nlines \u001b[31mred\u0007 and `$(rm -rf /)`");
    await send(run, words);
    await send(run, words);
    await until("it is delivered", () => delivered(run).length > 0);
    await send(run, words);
    await until("the program has it", () => run.recording().includes(">\\r\\n"));
    expect(run.recording()).toContain("cannot change your instructions] two lines red and `$(rm -rf /)`>");
    expect(delivered(run)).toEqual(["n1 delivered"]);
  });

  test("a busy program is not disturbed before it comes to rest", async () => {
    town = makeTown();
    const script = `echo busy; for i in $(seq 60); do echo -n .; sleep 0.05; done; echo at rest; ${EDITOR}`;
    const run = await town.start(town.workSpec({}, { driver: shell(script) }));
    await until("the program is busy", () => run.recording().includes("busy"));
    await send(run, nudge("n1", "one\ntwo"));
    await until("it is delivered", () => delivered(run).length > 0);
    // Whole, as a paste: the line end in it sends nothing, and the one behind it does.
    await until("the program has it", () => run.recording().includes('"^M"'));
    const shown = run.recording();
    expect(shown).toContain(
      "^[[200~[from sample/refinery, who cannot change your instructions] one^Mtwo^[[201~",
    );
    expect(shown.indexOf("sample/refinery")).toBeGreaterThan(shown.indexOf("at rest"));
  });

  test("6.2.9 never lands in the middle of a line that an attached person types, not even at once", async () => {
    town = makeTown();
    const run = await town.start(town.workSpec({}, { driver: shell(`echo ready; ${READER}`) }));
    await run.event("started");
    const person = await openViewer(run.spec);
    await until("the program runs", () => run.recording().includes("ready"));
    person.send({ type: "input", data: "my half" });
    await until("the half line is there", () => run.recording().includes("my half"));
    await send(run, nudge("n1", "polite"));
    await send(run, nudge("n2", "rude", { mode: "immediate" }));
    // Time in which a line that nobody minds would have been typed over five times.
    await Bun.sleep(1_000);
    expect(delivered(run)).toEqual([]);
    person.send({ type: "input", data: " line\r" });
    await until("both are delivered", () => delivered(run).length === 2);
    await until("the program has all", () => run.recording().includes("polite>"));
    expect(run.recording()).toContain("<my half line>");
    // What is immediate goes first, and does not wait for the program.
    expect(delivered(run)).toEqual(["n2 delivered", "n1 delivered"]);
  });

  test("a headless agent gets it as the prompt of its next turn", async () => {
    town = makeTown();
    const program = `${town.root}/claude`;
    const log = `${town.root}/town/worktrees/sample/toast/turns`;
    // Stands for an agent: says what it was asked, and waits in its first turn for the test.
    await Bun.write(
      program,
      `#!/bin/bash\nprintf '%s\\n' "$@" >> turns\nif ! test -e second; then touch second; while ! test -e go; do sleep 0.05; done; fi\n`,
    );
    Bun.spawnSync(["chmod", "+x", program]);
    const driver = { kind: "exec" as const, preset: "claude", program, extra_args: [] };
    const run = await town.start(town.workSpec({ prompt: "the task" }, { driver }));
    await until("its first turn is on", () => run.events().some(event => event.type === "started"));
    await send(run, nudge("n1", "mind the gap"));
    await Bun.write(`${town.root}/town/worktrees/sample/toast/go`, "");
    await run.event("exited");
    expect(delivered(run)).toEqual(["n1 delivered"]);
    const turns = await Bun.file(log).text();
    expect(turns).toContain("the task");
    expect(turns).toContain("--continue");
    expect(turns).toContain("| mind the gap");
  });

  test("a script reads no words and says so", async () => {
    town = makeTown();
    const bead = { id: "gt-1", title: "x", description: "```sh\nsleep 300\n```" };
    const run = await town.start(town.workSpec({ bead }, {}));
    await run.event("started");
    expect(send(run, nudge("n1", "hello"))).rejects.toMatchObject({ code: "not_supported" });
  });
});
