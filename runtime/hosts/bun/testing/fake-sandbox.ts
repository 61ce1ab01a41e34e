/**
 * Stands in for `gastown sandbox SPEC` in tests of the host: the same files and control API, and no agent. What it does is
 * in `spec.env.FAKE`: `hang` until it is stopped, `work` and exit, `die` before it serves, `vanish` after the first event,
 * `mute` (lives and serves nothing), `garbage` (writes a log that cannot be read).
 */
import { appendFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxSpecSchema } from "../../../../agent-sandbox/protocol/spec.ts";
import { processStart } from "../process/identity.ts";

const [, , word = "", path = ""] = process.argv;
if (word !== "sandbox") process.exit(64);
const spec = sandboxSpecSchema.parse(await Bun.file(path).json());
const secrets = JSON.parse((await Bun.stdin.text()).split("\n")[0] ?? "");
const mode = spec.env.FAKE ?? "hang";
const note = (name: string, value: unknown) =>
  appendFileSync(join(spec.dir, name), `${JSON.stringify(value)}\n`);

if (mode === "die") {
  process.stderr.write("the disk is on fire\n");
  process.exit(3);
}
note("secrets-seen", { token: secrets.agent_token, argv: process.argv.slice(2), cwd: process.cwd() });

let seq = 0;
let exited = false;
const event = (fields: object): void => {
  seq += 1;
  note("events.jsonl", { seq, at: new Date().toISOString(), ...fields });
};
const exit = (reason: string): void => {
  if (exited) return;
  exited = true;
  event({ type: "exited", ok: true, code: 0, signal: null, reason });
};

const pid_start = processStart(process.pid) ?? "";
const identity = {
  run_id: spec.run_id,
  container: spec.container,
  generation: spec.generation,
  pid: process.pid,
  pid_start,
};
const status = () => ({
  identity,
  isolation: "none",
  activity: "working",
  since: new Date().toISOString(),
  last_seq: seq,
  viewers: 0,
  cols: 80,
  rows: 24,
  exited,
});

if (mode !== "mute") {
  rmSync(spec.socket, { force: true });
  Bun.serve({
    unix: spec.socket,
    async fetch(request) {
      if (request.headers.get("x-gastown-generation") !== String(spec.generation)) {
        return Response.json({ code: "stale_generation", message: "another generation" }, { status: 409 });
      }
      const url = new URL(request.url);
      if (url.pathname === "/status") return Response.json(status());
      note("requests", { path: url.pathname, body: await request.json() });
      if (url.pathname === "/stop") exit("stopped");
      if (url.pathname === "/shutdown") setTimeout(() => process.exit(0), 10);
      return Response.json({ ok: true });
    },
  });
  writeFileSync(join(spec.dir, "identity.json.new"), JSON.stringify(identity));
  renameSync(join(spec.dir, "identity.json.new"), join(spec.dir, "identity.json"));
}

event({ type: "started", pid: process.pid, isolation: "none" });
if (mode === "garbage") note("events.jsonl", { seq: 9 });
if (mode === "vanish") process.kill(process.pid, "SIGKILL");
if (mode === "work") {
  for (let i = 0; i < 5; i++) event({ type: "note", text: `step ${i}` });
  exit("done");
}
process.on("SIGTERM", () => {
  exit("terminated");
  process.exit(0);
});
// Nobody is left to end it when the test itself was killed.
setTimeout(() => process.exit(1), 120_000);
