/** The ways to remotes on Bun: the git program, http, and the user's credential helpers. */
import type { SyncPorts } from "../../../../store/sync/index.ts";
import { fetchHttpClient } from "../../shared/fetch-http-client.ts";
import { createCredentialPort } from "./remotes-credentials.ts";
import { createRemoteGit } from "./remotes-git.ts";

/** How remotes are reached. */
export interface RemoteOptions {
  /** True when a person sits at the terminal and git, ssh and credential helpers may ask there. Default false. */
  readonly interactive?: boolean;
}

/** The machine's own ports. @param env where git is looked up, and what it inherits */
export function bunSyncPorts(
  env: Readonly<Record<string, string | undefined>>,
  options: RemoteOptions = {},
): SyncPorts {
  const path = Bun.which("git", env.PATH === undefined ? {} : { PATH: env.PATH });
  if (path === null) return { http: fetchHttpClient };
  const git = createRemoteGit(path, env, options.interactive ?? false);
  return { git, http: fetchHttpClient, credentials: createCredentialPort(git) };
}
