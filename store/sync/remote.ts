/** Finds the remote to sync with, and the way there. */
import type { Branch } from "../branch/branch.ts";
import { fromUtf8 } from "../branch/bytes.ts";
import { configFlag, type GitConfig } from "../branch/git-config.ts";
import { AppError } from "../schema/errors.ts";
import { redactUrls } from "./git-failure.ts";
import { createGitTransport } from "./git-transport.ts";
import { createHttpTransport } from "./http-transport.ts";
import type { RemoteGit, SyncPorts } from "./ports.ts";
import type { Transport } from "./transport.ts";

/** Settings of the user's git that only the git program can follow. */
const NEEDS_GIT =
  /^http\.(proxy|sslcainfo|sslcapath|sslcert|sslkey|cookiefile|curloptresolve|emptyauth|delegation)$/;

/** A remote to sync with. */
export interface Remote {
  /** Its name in the configuration, or its URL without user and password. */
  readonly name: string;
  /** Where it is, without user and password. */
  readonly url: string;
  /** The branch there. */
  readonly ref: string;
  /** The local ref that says where the branch was on the remote when we last saw it. */
  readonly tracking: string;
  /** The local ref that holds what came from the remote last, seen and agreed to or not. */
  readonly incoming: string;
  readonly transport: Transport;
}

/** Which remote is wanted. */
export interface RemoteChoice {
  /** Name or URL. Default: setting `gastown.remote`, else `origin`, else the only one there is. */
  readonly remote?: string | undefined;
  /** The branch there; the same name as here when absent. */
  readonly remoteRef?: string | undefined;
}

/** Name of the remote that would be synced with; undefined when there is none. @throws {AppError} ambiguous */
export function defaultRemote(config: GitConfig): string | undefined {
  const set = config.get("gastown.remote");
  if (set !== undefined) return set;
  const names = new Set<string>();
  for (const key of config.keys()) {
    const name = /^remote\.(.+)\.url$/.exec(key)?.[1];
    if (name !== undefined) names.add(name);
  }
  if (names.has("origin") || names.size <= 1) return names.has("origin") ? "origin" : [...names][0];
  throw new AppError(
    "ambiguous",
    `There are ${names.size} remotes and none is called origin: ${[...names].join(", ")}.`,
    {
      hint: "Name one, or choose it for good with `git config gastown.remote <name>`.",
      data: { remotes: [...names] },
    },
  );
}

/**
 * Finds a remote.
 * @throws {AppError} not_found (no remote is configured, or none of that name), ambiguous, not_supported (no way there)
 */
export async function findRemote(
  branch: Branch,
  ports: SyncPorts,
  choice: RemoteChoice = {},
): Promise<Remote> {
  const { config, gitDir } = branch.repository;
  const name = choice.remote ?? defaultRemote(config);
  if (name === undefined) {
    throw new AppError("not_found", `${branch.repository.commonDir} has no remote to sync beads with.`, {
      hint: "Add one with `git remote add origin <url>`.",
    });
  }
  const configured = config.get(`remote.${name}.url`);
  const url = (await urlByGit(ports.git, gitDir, name)) ?? configured ?? name;
  if (name.startsWith("-") || (configured === undefined && url === name && !/[/:]/.test(name))) {
    throw new AppError("not_found", `There is no remote called ${name}.`, {
      hint: "See `git remote -v`, or give a URL.",
      data: { remote: name },
    });
  }
  const ref = choice.remoteRef ?? branch.ref;
  const slug = refSlug(configured === undefined ? redactUrls(url) : name);
  const branchName = ref.replace(/^refs\/(heads\/)?/, "");
  return {
    name: redactUrls(name),
    url: redactUrls(url),
    ref,
    tracking: `refs/gastown/remotes/${slug}/${branchName}`,
    incoming: `refs/gastown/incoming/${slug}/${branchName}`,
    transport: await chooseTransport(branch, ports, {
      name: configured === undefined ? url : name,
      url,
      ref,
    }),
  };
}

async function chooseTransport(
  branch: Branch,
  ports: SyncPorts,
  remote: { readonly name: string; readonly url: string; readonly ref: string },
): Promise<Transport> {
  const { git, http } = ports;
  const partial = isPartialClone(branch.repository.config);
  const isHttp = /^https?:\/\//i.test(remote.url);
  if (isHttp && http !== undefined && !(partial && git !== undefined)) {
    const settings =
      git === undefined
        ? new Map<string, string>()
        : await httpSettings(git, branch.repository.gitDir, remote.url);
    const needsGit =
      [...settings.keys()].some(key => NEEDS_GIT.test(key)) || settings.get("http.sslverify") === "false";
    if (!needsGit || git === undefined) {
      return createHttpTransport(branch, { ...ports, http }, { ...remote, headers: headersOf(settings) });
    }
  }
  if (git === undefined) {
    const what = isHttp ? "http" : "anything but http";
    throw new AppError("not_supported", `Syncing over ${what} needs the git program, which was not found.`, {
      hint: isHttp ? "Install git." : "Install git, or use an https remote.",
      data: { url: redactUrls(remote.url) },
    });
  }
  return createGitTransport(branch, git, { name: remote.name, ref: remote.ref, partial });
}

/** The URL with the user's `insteadOf` rules applied, as git sees it. */
async function urlByGit(
  git: RemoteGit | undefined,
  gitDir: string,
  name: string,
): Promise<string | undefined> {
  if (git === undefined || name.startsWith("-")) return undefined;
  const result = await git.run(gitDir, ["ls-remote", "--get-url", name]);
  return result.code === 0 ? fromUtf8(result.stdout).trim() || undefined : undefined;
}

async function httpSettings(git: RemoteGit, gitDir: string, url: string): Promise<Map<string, string>> {
  const result = await git.run(gitDir, ["config", "--null", "--get-urlmatch", "http", url]);
  const settings = new Map<string, string>();
  if (result.code !== 0) return settings;
  for (const entry of fromUtf8(result.stdout).split("\0")) {
    const [key = "", ...value] = entry.split("\n");
    if (key !== "") settings.set(key.toLowerCase(), value.join("\n"));
  }
  return settings;
}

function headersOf(settings: ReadonlyMap<string, string>): Record<string, string> {
  const match = /^([^:\s]+):\s*(.*)$/.exec(settings.get("http.extraheader") ?? "");
  return match?.[1] === undefined ? {} : { [match[1]]: match[2] ?? "" };
}

function isPartialClone(config: GitConfig): boolean {
  if (config.has("extensions.partialclone")) return true;
  return [...config.keys()].some(
    key => /^remote\..+\.promisor$/.test(key) && configFlag(config, key) === true,
  );
}

/** A remote's name or URL as a part of a ref name. */
function refSlug(name: string): string {
  const slug = name.replace(/^\w+:\/\//, "").replace(/[^A-Za-z0-9_-]+/g, "-");
  return slug.replace(/^-+|-+$/g, "").slice(-100) || "remote";
}
