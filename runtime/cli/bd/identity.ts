/** Who a change is by: the actor of the audit trail, and the owner that a new bead is attributed to. */
import { gitConfigValue } from "./git-config.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Flag, then environment, then git's user, then the login name. */
export function actorName(flag: string | undefined, env: Env, gitDir: string | undefined): string {
  const given = [flag, env.BEADS_ACTOR, env.BD_ACTOR, env.GASTOWN_AGENT].find(
    name => (name ?? "").trim() !== "",
  );
  if (given !== undefined) return given.trim();
  return userConfig("user.name", env, gitDir) ?? env.USER ?? env.LOGNAME ?? "unknown";
}

/** The person's mail address, as git knows it; undefined when git does not. */
export function ownerAddress(env: Env, gitDir: string | undefined): string | undefined {
  const address = env.GIT_AUTHOR_EMAIL ?? userConfig("user.email", env, gitDir) ?? env.EMAIL;
  return address === undefined || address === "" ? undefined : address;
}

function userConfig(key: string, env: Env, gitDir: string | undefined): string | undefined {
  const value = gitConfigValue(key, gitDir, env, asked => askGit(asked, env, gitDir));
  return value === "" ? undefined : value;
}

function askGit(key: string, env: Env, gitDir: string | undefined): string | undefined {
  const where = gitDir === undefined ? [] : ["--git-dir", gitDir];
  try {
    const child = Bun.spawnSync(["git", ...where, "config", "--get", key], { env: { ...env } });
    return child.exitCode === 0 ? child.stdout.toString().trim() : undefined;
  } catch {
    return undefined; // No git on this machine: the login name has to do.
  }
}
