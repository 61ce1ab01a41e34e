/** Gates: the rig's shell commands, run on a merge result in the isolation of the run. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripANSI } from "bun";
import type { Isolation } from "../isolation/isolation.ts";
import type { SandboxEvent } from "../protocol/events.ts";
import type { Gate } from "../protocol/spec.ts";
import type { WorktreePlace } from "../workspace/commits.ts";
import { type RunContext, sayPlain, sayRed } from "./context.ts";
import { notBegun } from "./enclose.ts";
import { programEnv } from "./environment.ts";

const MAX_OUTPUT_CHARS = 16_384;
const GATE_GRACE_MS = 2_000;
const NOTHING = new Uint8Array(0);

/** How one gate went. */
export type GateResult = Pick<
  Extract<SandboxEvent, { type: "gate" }>,
  "name" | "ok" | "ms" | "code" | "timed_out" | "output"
>;

/**
 * Runs a gate on the terminal, isolated, without any secret or token. Undefined when the run was stopped meanwhile.
 * @param beside True while an agent has the terminal: its screen is left alone, and the gate's folder is out of its reach.
 */
export async function runGate(
  context: RunContext,
  place: WorktreePlace,
  gate: Gate,
  isolation: Isolation,
  beside = false,
): Promise<GateResult | undefined> {
  const { spec, stop, terminal, freezer } = context;
  sayPlain(terminal, `Gate ${gate.name}: ${gate.command}`);
  const script = join(context.folders.agent, "gate.sh");
  await writeFile(script, `${gate.command}\n`);
  const command = await isolation.wrap(script, place.path, beside);
  const tail = createTail(MAX_OUTPUT_CHARS);
  const began = freezer.now();
  const child = terminal.spawn({
    ...command,
    beside,
    filter: bytes => {
      tail.push(bytes);
      return beside ? NOTHING : bytes;
    },
    env: programEnv({
      spec,
      hostEnv: context.env,
      path: context.path,
      identity: context.identity,
      extra: { CI: "1", GASTOWN_GATE: gate.name },
    }),
  });
  const late = Promise.withResolvers<"late">();
  const inTime = freezer.timeout(() => late.resolve("late"), gate.timeout_s * 1_000);
  const first = await Promise.race([child.exited, late.promise, stop.promise]);
  inTime();
  const timedOut = first === "late";
  const exit = await child.terminate(timedOut ? GATE_GRACE_MS : (stop.requested?.graceMs ?? GATE_GRACE_MS));
  isolation.release();
  if (first !== "late" && "reason" in first) return undefined;
  const ms = Math.round(freezer.now() - began);
  // Not the work's fault.
  if (exit.code !== 0 && !(await command.began())) throw notBegun(tail.text());
  if (timedOut) sayRed(terminal, `Gate ${gate.name} did not end within ${gate.timeout_s} s.`);
  return {
    name: gate.name,
    ok: !timedOut && exit.code === 0,
    ms,
    code: exit.code,
    timed_out: timedOut,
    output: tail.text(),
  };
}

/** Keeps the end of an output, as plain text. */
function createTail(limit: number): { push(bytes: Uint8Array): void; text(): string } {
  const decoder = new TextDecoder();
  let kept = "";
  return {
    push(bytes) {
      kept += decoder.decode(bytes, { stream: true });
      // Colours take room too: twice as much is kept as is told.
      if (kept.length > limit * 4) kept = kept.slice(-limit * 2);
    },
    text: () => stripANSI(kept).replaceAll("\r\n", "\n").slice(-limit).trim(),
  };
}
