/** One run of the demo: open the town, set up what is missing, watch until it is landed. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { AgentView } from "../../gateway/contract/views.ts";
import { colourOf, stateOf } from "../gt/show/agents.ts";
import { statusColour } from "../gt/show/beads.ts";
import { EXIT } from "../lib/exit-codes.ts";
import type { Io } from "../lib/io.ts";
import { printable, type Style, styleFor } from "../lib/style.ts";
import { type ServedTown, serveTown } from "../serve-town.ts";
import { isolationOf } from "./isolation.ts";
import { createLiveLines, type LiveLines } from "./live-lines.ts";
import { type DemoReport, type Progress, readProgress } from "./progress.ts";
import { ensureRemote } from "./remote.ts";
import { type DemoAct, RIG, setUpFeatures, setUpReport } from "./setup.ts";

const POLL_MS = 200;
const CLONE_TIMEOUT_MS = 60_000;
/** Three features at once; then five that depend on each other. */
const ACTS = 2;
const NEXT_STEPS = [
  "The town stays up; ctrl-c ends it. In another terminal, in this folder:",
  "  npx gt status                  what is going on",
  "  npx gt attach sample/toast     what an agent did, on its terminal",
  "  npx gt rig add --help          your own repository, your own agents",
];

export interface DemoOptions {
  readonly io: Io;
  readonly dir: string;
  readonly port: number | undefined;
  readonly exit: boolean;
  readonly json: boolean;
  readonly openBrowser: boolean | undefined;
}

/** Answers the exit code: 0 when everything merged. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { io, dir } = options;
  // With --json standard output belongs to the one object.
  const out = options.json ? io.stderr : io.stdout;
  const style = styleFor(io, out);
  const lines = createLiveLines(out);
  const start = performance.now();
  const served = await serveTown({
    io,
    dir,
    name: "demo",
    port: options.port,
    hostname: "127.0.0.1",
    allowHosts: [],
    openBrowser: options.openBrowser,
    say: line => lines.say(style.dim(line)),
  });
  try {
    lines.say(`${style.bold("Dashboard")}  ${style.cyan(served.signInUrl)}`);
    const progress = await work(served, options, lines, style);
    if (progress === undefined) return EXIT.interrupted;
    const report = reportOf(
      progress,
      await isolationOf(served.dir, RIG),
      (performance.now() - start) / 1_000,
    );
    lines.end();
    sumUp(report, lines, style);
    if (options.json) io.stdout.write(`${JSON.stringify(report)}\n`);
    if (!options.exit) {
      for (const line of NEXT_STEPS) lines.say(style.dim(line));
      await served.stopped;
      lines.say("Stopped.");
    }
    return report.failed === 0 && report.convoys_landed === ACTS ? EXIT.ok : EXIT.failure;
  } finally {
    lines.end();
    await served.stop({ agents: options.exit });
  }
}

/** Undefined when the town was stopped before the work was over. */
async function work(
  served: ServedTown,
  { io, dir }: DemoOptions,
  lines: LiveLines,
  style: Style,
): Promise<Progress | undefined> {
  const town = (method: string, args: Readonly<Record<string, unknown>>) =>
    served.directory.call({ kind: "town", name: served.town }, method, args);
  const deps = {
    by: served.owner,
    town,
    addRig: (args: Readonly<Record<string, unknown>>) =>
      served.directory.call({ kind: "rig", name: `${served.town}/${RIG}` }, "add", args, {
        timeoutMs: CLONE_TIMEOUT_MS,
      }),
    remote: () => ensureRemote(dir, io),
    say: (line: string) => lines.say(line),
  };
  const acts: DemoAct[] = [await setUpFeatures(deps)];
  let warned = false;
  let changed = Promise.withResolvers<void>();
  const unwatch = served.directory.watch({ kind: "town", name: served.town }, () => changed.resolve());
  const stopped = served.stopped.then(() => "stopped" as const);
  try {
    for (;;) {
      changed = Promise.withResolvers<void>();
      const progress = await readProgress(town, served.owner, acts);
      const reduced = progress.agents.find(agent => agent.reduced !== undefined)?.reduced;
      if (reduced !== undefined && !warned) {
        lines.say(style.red(`NOT ISOLATED: ${printable(reduced)} The demo's own script runs all the same.`));
        warned = true;
      }
      lines.show(agentLines(progress, style));
      if (progress.over && (acts.length === ACTS || !allLanded(progress))) return progress;
      if (progress.over) acts.push(await setUpReport(deps));
      // Looks again soon after a change, and now and then without one.
      const next = await Promise.race([
        changed.promise.then(() => Bun.sleep(POLL_MS / 4)),
        Bun.sleep(POLL_MS * 5),
        stopped,
      ]);
      if (next === "stopped") return undefined;
    }
  } finally {
    unwatch();
  }
}

function allLanded({ convoys }: Progress): boolean {
  return convoys.every(({ state }) => state === "landed");
}

/** Agents that are at work, or that had a bead of the demo: each keeps its line to the end. */
function agentLines(progress: Progress, style: Style) {
  return progress.agents
    .filter(agent => agent.state !== "idle" || progress.byAgent.has(agent.id))
    .map(agent => agentLine(agent, progress.byAgent.get(agent.id), style));
}

function agentLine(agent: AgentView, bead: Bead | undefined, style: Style) {
  const rests = agent.state === "idle" && bead !== undefined;
  const state = (rests ? (STATUS_WORDS[bead.status] ?? bead.status) : stateOf(agent)).padEnd(10);
  const paint = rests ? statusColour(bead.status, style) : colourOf(agent, style);
  const about = rests ? bead.title : (agent.last_note ?? agent.detail ?? agent.bead_title ?? "");
  const words = `${(rests ? bead.id : agent.bead) ?? ""}  ${printable(about).replaceAll(/\s+/g, " ")}`;
  const name = agent.id.padEnd(16);
  return {
    key: agent.id,
    text: `${style.bold(name)} ${paint(state)} ${words}`,
    plain: `${name} ${state} ${words}`.trimEnd(),
  };
}

/** What an agent without a run waits for, by the status of its bead. */
const STATUS_WORDS: Readonly<Record<string, string>> = {
  in_review: "submitted",
  closed: "merged",
  open: "waiting",
};

function reportOf(progress: Progress, isolation: string, seconds: number): DemoReport {
  return {
    merged: progress.merged,
    failed: progress.failed,
    convoys_landed: progress.convoys.filter(({ state }) => state === "landed").length,
    beads: progress.beads,
    conflicts: progress.conflicts,
    gate_failures: progress.gateFailures,
    isolation,
    seconds: Math.round(seconds * 10) / 10,
  };
}

function sumUp(report: DemoReport, lines: LiveLines, style: Style): void {
  const isolation = report.isolation === "none" ? style.red("not isolated") : `isolation ${report.isolation}`;
  if (report.failed === 0 && report.convoys_landed === ACTS) {
    const retried = `${report.conflicts} after a conflict, ${report.gate_failures} after a failed gate`;
    lines.say(
      `${style.green("Landed.")} ${report.merged} beads merged to main (${retried}), tests passed on each merge; ${isolation}; ${report.seconds} s.`,
    );
  } else {
    lines.say(
      `${style.red(`${report.failed} failed`)}, ${report.merged} merged; ${isolation}. "gt bead list --status failed" says which.`,
    );
  }
}
