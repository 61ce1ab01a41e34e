import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { describeWith } from "../helpers/needs.ts";
import { makeTown, type Town, until } from "./town.ts";
import { openViewer } from "./viewer.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

const shell = (script: string) => ({ kind: "pty" as const, command: ["bash", "-c", script] });

/** Output of a recording, all of it. */
function recorded(cast: string): string {
  return cast
    .trimEnd()
    .split("\n")
    .slice(1)
    .map(line => JSON.parse(line))
    .filter(([, kind]) => kind === "o")
    .map(([, , text]) => text)
    .join("");
}

describeWith("isolation", "terminal of a sandbox", () => {
  test("viewers that come in the middle of a flood end with the same screen, the slow one too", async () => {
    town = makeTown();
    // Coloured lines with wide characters, so that cuts in the middle of a sequence or a character would show.
    // Every so many lines it waits until the viewer that keeps up has them: how fast this machine reads decides nothing.
    const part = 2_000;
    const flood = `i=0; while [ $i -lt 60000 ]; do if [ $((i % ${part})) = 0 ]; then read -r _; fi; printf '\\033[3%dm%06d \\u2593\\u4e16\\u754c some words to fill the line with output\\033[0m\\n' $((i % 8)) $i; i=$((i+1)); done
      echo the end; sleep 300`;
    const run = await town.start(town.workSpec({}, { driver: shell(flood) }));
    await run.event("started");
    const early = await openViewer(run.spec);
    await until("the first viewer is greeted", () => early.frames.length > 0);
    expect(early.frames[0]).toMatchObject({
      type: "attached",
      primary: true,
      live: true,
      cols: 120,
      rows: 32,
    });
    const slow = await openViewer(run.spec);
    await until("the slow viewer is greeted", () => slow.frames.length > 0);
    expect(slow.frames[0]).toMatchObject({ type: "attached", primary: false });
    slow.pause();
    early.send({ type: "input", data: "\r" });
    await until("the flood has begun", () => early.received().includes("000100 "));
    const middle = await openViewer(run.spec);
    for (let line = part; line < 60_000; line += part) {
      const last = `${line - 1}`.padStart(6, "0");
      await until(`line ${last} is there`, () => early.received().includes(`${last} `));
      early.send({ type: "input", data: "\r" });
    }
    await until("the flood is over", () => early.received().includes("the end"), 30_000);
    await until("the viewer in the middle has all", () => middle.received().includes("the end"));
    slow.resume();
    await until("the slow viewer has caught up", () => slow.received().includes("the end"));
    const late = await openViewer(run.spec);
    await until("the late viewer has the screen", () => late.received().includes("the end"));

    const screens = await Promise.all([early, middle, slow, late].map(viewer => viewer.lines()));
    const ends = screens.map(lines => lines.slice(-1_500));
    expect(ends[0]?.at(-1)).toBe("the end");
    expect(ends[0]?.at(-2)).toBe("059999 ▓世界 some words to fill the line with output");
    for (const end of ends) expect(end).toEqual(ends[0] ?? []);
    expect(slow.frames.some(frame => frame.type === "reset")).toBe(true);
    expect(early.frames.some(frame => frame.type === "reset")).toBe(false);
    // The viewer that kept up has seen what was recorded, byte for byte.
    const live = early.received().toString();
    expect(recorded(run.recording()).includes(live.slice(live.indexOf("000000 ")))).toBe(true);
  });

  test("only the primary viewer types and sizes, programs are told, and the next one takes over", async () => {
    town = makeTown();
    const script = `trap 'echo "size $(stty size)"' WINCH; echo "at $(stty size)"
      while :; do if read -r -t 0.2 line; then echo "typed $line"; fi; done`;
    const run = await town.start(town.workSpec({}, { driver: shell(script) }));
    await until("the program runs", () => run.recording().includes("at 32 120"));
    const observer = await openViewer(run.spec, "?observe=1");
    const first = await openViewer(run.spec);
    const second = await openViewer(run.spec);
    await until("all are greeted", () => [observer, first, second].every(viewer => viewer.frames.length > 0));
    expect([observer, first, second].map(viewer => viewer.frames[0])).toMatchObject([
      { primary: false },
      { primary: true },
      { primary: false },
    ]);
    second.send({ type: "resize", cols: 40, rows: 10 });
    second.send({ type: "input", data: "not heard\r" });
    observer.send({ type: "take" });
    first.send({ type: "resize", cols: 100, rows: 40 });
    await until("the program knows its size", () => run.recording().includes("size 40 100"));
    await until("the others are told", () => second.frames.some(frame => frame.type === "resized"));
    first.send({ type: "input", data: "one\r" });
    await until("the program reads", () => run.recording().includes("typed one"));
    second.send({ type: "take" });
    await until("the first is told", () =>
      first.frames.some(frame => frame.type === "primary" && !frame.primary),
    );
    second.send({ type: "input", data: "two\r" });
    await until("the program reads", () => run.recording().includes("typed two"));
    second.close();
    await until("the first is primary again", () =>
      first.frames.some(frame => frame.type === "primary" && frame.primary),
    );
    expect(run.recording()).not.toContain("not heard");
    expect(run.recording()).not.toContain("size 10 40");
    expect(observer.frames.some(frame => frame.type === "primary")).toBe(false);
  });

  test("Ctrl-C reaches the program alone, and a program that asks the terminal gets its answer", async () => {
    town = makeTown();
    const script = `trap 'echo interrupted' INT
      printf '\\033[6n'; IFS= read -r -s -d R answer; printf 'answer %q\\n' "$answer"
      echo ready; while :; do sleep 0.1; done`;
    const run = await town.start(town.workSpec({}, { driver: shell(script) }));
    await until("the program is answered without any viewer", () => run.recording().includes("ready"));
    expect(run.recording()).toMatch(/answer .*\[\d+;\d+/);
    const viewer = await openViewer(run.spec);
    await until("the viewer is greeted", () => viewer.frames.length > 0);
    viewer.send({ type: "input", data: "\u0003" });
    await until("the program is interrupted", () => run.recording().includes("interrupted"));
    expect(run.events().some(event => event.type === "exited")).toBe(false);
  });
});
