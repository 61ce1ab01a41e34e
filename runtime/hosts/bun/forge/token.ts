/** The token for a forge: a file of the town's secrets, else what other tools of GitHub take from the environment. */
import { join } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import { readIfThere, writeWhole } from "../files.ts";

/** Where the token for a forge is kept, one file for each host. */
export function tokenFile(secrets: string, baseUrl: string): string {
  const { hostname, port } = new URL(baseUrl);
  const name = `${hostname}${port === "" ? "" : `-${port}`}`.replaceAll(/[^a-zA-Z0-9.-]/g, "_");
  return join(secrets, `forge-${name}.token`);
}

/** Keeps a token, readable for the owner alone. @throws {AppError} storage_io, storage_full */
export function keepForgeToken(secrets: string, baseUrl: string, token: string): void {
  writeWhole(tokenFile(secrets, baseUrl), `${token}\n`);
}

/** @throws {AppError} unauthenticated when there is none */
export function forgeToken(
  secrets: string,
  env: Readonly<Record<string, string | undefined>>,
  baseUrl: string,
): string {
  const kept = readIfThere(tokenFile(secrets, baseUrl))?.trim();
  if (kept !== undefined && kept !== "") return kept;
  // The user's own token is for GitHub itself, and goes nowhere else.
  const own = new URL(baseUrl).hostname === "api.github.com" ? (env.GH_TOKEN ?? env.GITHUB_TOKEN) : undefined;
  if (own !== undefined && own !== "") return own;
  throw new AppError("unauthenticated", `There is no token for the forge at ${new URL(baseUrl).host}.`, {
    hint: `Give one: \`gt forge login ${baseUrl}\` reads it from standard input.`,
  });
}
