/** Changing settings. */
import { AppError } from "../../../store/schema/errors.ts";
import { usageError } from "../lib/args.ts";
import type { BdContext } from "./context.ts";
import { KV_PREFIX, locationOf, looksSecret } from "./store-config.ts";

/**
 * Sets or, with null, removes settings in one commit.
 * @throws {AppError} invalid_argument; precondition_failed for a secret
 */
export async function writeSettings(
  entries: readonly (readonly [string, string | null])[],
  ctx: BdContext,
  options: { readonly allowSecrets?: boolean } = {},
): Promise<void> {
  const onBranch: (readonly [string, string | null])[] = [];
  for (const [key, value] of entries) {
    if (key.trim() === "") throw usageError("key cannot be empty");
    if (key.startsWith(KV_PREFIX))
      throw usageError(`keys under "${KV_PREFIX}" belong to bd kv and bd remember`);
    if (value !== null && looksSecret(key) && options.allowSecrets !== true) {
      throw new AppError(
        "precondition_failed",
        `"${key}" looks like a secret, and settings are pushed with the beads`,
        {
          hint: "Put it into the environment of the tool instead, or use --force-git-tracked.",
        },
      );
    }
    if (locationOf(key) === "git config") setInGit(key, value, ctx);
    else onBranch.push([key, value]);
  }
  if (onBranch.length === 0) return;
  const backend = await ctx.backend();
  await backend.change(
    { touches: [], subject: `Configure ${onBranch.map(([key]) => key).join(", ")}` },
    tx => {
      for (const [key, value] of onBranch) tx.setConfig(key, value);
    },
  );
}

function setInGit(key: string, value: string | null, ctx: BdContext): void {
  const { gitDir } = ctx.workspace();
  const change = value === null ? ["--unset", key] : [key, value];
  const result = ctx.spawn(["git", "--git-dir", gitDir, "config", ...change]);
  // 5: the key to be removed was not there.
  if (result.code !== 0 && result.code !== 5)
    throw new AppError("git_failed", `git config ${key}: ${result.stderr.trim()}`);
}
