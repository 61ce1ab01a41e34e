/** `gt doctor` */
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import { townViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { EXIT } from "../../lib/exit-codes.ts";
import type { GtContext } from "../context.ts";

interface Check {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  readonly detail: string;
  readonly hint?: string;
}

const OLDEST_GIT = [2, 25] as const;
const LITTLE_SPACE_BYTES = 1_073_741_824;
const AGENT_CLIS = ["claude", "codex", "opencode", "gemini"];

export const doctor = defineCommand<GtContext>()({
  summary: "Checks what this machine offers, and the town; says how to mend what is wrong",
  description: "Exit code 1 when a check fails; warnings do not count.",
  examples: [{ line: "gt doctor" }],
  async run(_, context) {
    const checks = [
      await git(),
      await isolation(context),
      folder(context.townDir),
      space(context.townDir),
      agentClis(context),
      await town(context),
    ];
    const { style } = context;
    const marks = { ok: style.green("ok  "), warn: style.yellow("warn"), fail: style.red("FAIL") };
    context.print(checks, () =>
      checks.flatMap(({ name, state, detail, hint }) => [
        `${marks[state]}  ${name.padEnd(10)} ${detail}`,
        ...(hint === undefined ? [] : [`      ${" ".repeat(10)} ${style.dim(hint)}`]),
      ]),
    );
    return checks.some(check => check.state === "fail") ? EXIT.failure : EXIT.ok;
  },
});

async function git(): Promise<Check> {
  const name = "git";
  const hint = "Install git 2.25 or newer, e.g. sudo apt-get install -y git.";
  if (Bun.which("git") === null) return { name, state: "fail", detail: "not found on the PATH", hint };
  const text = (await Bun.$`git --version`.quiet().text()).trim();
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
  const isOld = major < OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor < OLDEST_GIT[1]);
  return isOld ? { name, state: "fail", detail: text, hint } : { name, state: "ok", detail: text };
}

async function isolation(context: GtContext): Promise<Check> {
  const name = "isolation";
  try {
    const { requireIsolation } = await import("../../../../agent-sandbox/main.ts");
    await requireIsolation(process.platform, context.io.env.PATH ?? "");
    return { name, state: "ok", detail: "agents run isolated (process)" };
  } catch (thrown) {
    const { message, hint } = AppError.from(thrown);
    return { name, state: "warn", detail: message, ...(hint === undefined ? {} : { hint }) };
  }
}

function folder(dir: string): Check {
  const name = "folder";
  const place = existing(dir);
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch {
    return {
      name,
      state: "fail",
      detail: `${place} is not writable for you`,
      hint: "Choose another with --town.",
    };
  }
  const secrets = join(dir, "secrets");
  if (existsSync(secrets) && (statSync(secrets).mode & 0o077) !== 0) {
    return { name, state: "fail", detail: `${secrets} is open to others`, hint: `chmod 700 ${secrets}` };
  }
  return { name, state: "ok", detail: place === dir ? dir : `${dir} (not there yet)` };
}

function space(dir: string): Check {
  const { bavail, bsize } = statfsSync(existing(dir));
  const free = bavail * bsize;
  const detail = `${(free / LITTLE_SPACE_BYTES).toFixed(1)} GiB free`;
  return free < LITTLE_SPACE_BYTES
    ? { name: "disk", state: "warn", detail, hint: "Worktrees and recordings need room: free some." }
    : { name: "disk", state: "ok", detail };
}

function agentClis(context: GtContext): Check {
  const found = AGENT_CLIS.filter(cli => Bun.which(cli, { PATH: context.io.env.PATH ?? "" }) !== null);
  return found.length > 0
    ? { name: "agents", state: "ok", detail: `${found.join(", ")} on the PATH` }
    : {
        name: "agents",
        state: "warn",
        detail: "no agent CLI on the PATH",
        hint: `Install one of ${AGENT_CLIS.join(", ")}; scripts and other commands work without.`,
      };
}

async function town(context: GtContext): Promise<Check> {
  try {
    const client = context.client();
    const view = await client.get("", townViewSchema, { timeoutMs: 5_000 });
    return { name: "town", state: "ok", detail: `${view.name} answers at ${client.url} (${view.version})` };
  } catch (thrown) {
    const { code, message, hint } = AppError.from(thrown);
    const state = code === "unavailable" ? "warn" : "fail";
    return { name: "town", state, detail: message, ...(hint === undefined ? {} : { hint }) };
  }
}

/** The folder, or the nearest one above that is there. */
function existing(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : existing(dirname(dir));
}
