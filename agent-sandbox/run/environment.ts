/** The environment of an agent's programs, and the folder of what the run gives them. */
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "../process/quote.ts";
import { AGENT_ENV } from "../protocol/control.ts";
import type { SandboxSpec } from "../protocol/spec.ts";
import { type Identity, identityEnv } from "../workspace/commits.ts";
import type { Git } from "../workspace/git.ts";
import { writeHomeFile } from "./home-file.ts";

/** Taken over from the user's environment: how to talk, nothing about who is there. */
const INHERITED = /^(LANG|LANGUAGE|LC_[A-Z]+|TZ)$/;

/** The PATH once more: login shells, which some agents use for every command, begin with the system's own. */
const LOGIN_PATH = "GASTOWN_PATH";

/** Everything that a program of the run gets, except what the isolation adds. Later entries win. */
export function programEnv(input: {
  readonly spec: SandboxSpec;
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  readonly path: string;
  readonly identity: Identity;
  readonly extra: Readonly<Record<string, string>>;
}): Record<string, string> {
  const { spec } = input;
  const inherited = Object.entries(input.hostEnv).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && INHERITED.test(entry[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    HOME: spec.home,
    PATH: input.path,
    [LOGIN_PATH]: input.path,
    SHELL: "/bin/sh",
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    GASTOWN_TMP: join(spec.home, "tmp"),
    TMPDIR: join(spec.home, "tmp"),
    // Nobody is there to leave a pager or an editor.
    PAGER: "cat",
    GIT_PAGER: "cat",
    GIT_EDITOR: "true",
    GIT_TERMINAL_PROMPT: "0",
    NO_UPDATE_NOTIFIER: "1",
    ...identityEnv(input.identity),
    [AGENT_ENV.town]: spec.town,
    [AGENT_ENV.rig]: spec.agent.rig,
    [AGENT_ENV.agent]: `${spec.agent.rig}/${spec.agent.name}`,
    [AGENT_ENV.role]: spec.agent.role,
    // There and empty for a session: what refers to it by its name is not left with the name.
    [AGENT_ENV.bead]: spec.job.kind === "session" ? "" : spec.job.bead.id,
    [AGENT_ENV.runId]: spec.run_id,
    ...input.extra,
    ...spec.env,
  };
}

/** The rig's own `user.name` and `user.email` when it has them, else the agent's name at its rig. */
export async function agentIdentity(git: Git, spec: SandboxSpec): Promise<Identity> {
  const own = async (key: string): Promise<string | undefined> => {
    // Whatever is wrong with the repository, the run itself will meet it and tell.
    const result = await git.try(["config", "--local", "--get", key]).catch(() => undefined);
    return result?.code === 0 ? result.stdout.trim() : undefined;
  };
  const [name, email] = await Promise.all([own("user.name"), own("user.email")]);
  return {
    name: name ?? spec.agent.name,
    email: email ?? `${spec.agent.name}@${spec.agent.rig}.gastown.local`,
  };
}

/** Makes the agent's home, with an empty temporary folder, and its bin folder with `gt` and `bd`. */
export async function furnish(
  spec: SandboxSpec,
  agentFolder: string,
  self: readonly string[],
): Promise<void> {
  await mkdir(spec.home, { recursive: true, mode: 0o700 });
  await rm(join(spec.home, "tmp"), { recursive: true, force: true });
  await mkdir(join(spec.home, "tmp"), { mode: 0o700 });
  for (const name of [".profile", ".zprofile"]) {
    await writeHomeFile(spec.home, name, `[ -z "$${LOGIN_PATH}" ] || export PATH="$${LOGIN_PATH}"\n`);
  }
  const bin = join(agentFolder, "bin");
  await mkdir(bin, { recursive: true });
  for (const name of ["gt", "bd"]) {
    const path = join(bin, name);
    await writeFile(path, `#!/bin/sh\nexec ${[...self, name].map(quote).join(" ")} "$@"\n`);
    await chmod(path, 0o755);
  }
}
