/** From the job to what its programs may read, write and reach. */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { SandboxSpec } from "../protocol/spec.ts";
import { adminDir } from "../workspace/git.ts";
import { branchFolder } from "../workspace/worktree.ts";
import type { IsolationPolicy, LoopbackPort } from "./isolation.ts";

/** Folders in a home that hold tools and no secrets. */
const TOOL_FOLDERS = [
  ".nvm/versions",
  ".nvm/alias",
  ".volta",
  ".fnm",
  ".local/share/fnm",
  ".asdf",
  ".local/share/mise",
  ".bun/bin",
  ".deno/bin",
  ".npm-global",
  ".local/bin",
  ".local/lib",
  ".local/share/claude",
  ".local/share/pnpm",
  ".opencode/bin",
  ".cargo/bin",
  ".rustup",
  ".pyenv",
  ".rbenv",
  ".sdkman/candidates",
  "go/bin",
] as const;

/** Always hidden: private to a user, or a way to talk to services of the machine. */
const PRIVATE_FOLDERS = [
  "/home",
  "/root",
  "/Users",
  "/tmp",
  "/var/tmp",
  "/private/tmp",
  "/run/user",
  "/var/spool",
  "/var/mail",
  "/run/dbus",
  "/run/docker.sock",
  "/run/containerd",
  "/run/podman",
  "/run/snapd.sock",
];

export interface PolicyInput {
  readonly spec: SandboxSpec;
  /** The user's home. */
  readonly userHome: string;
  /** PATH that the programs get. */
  readonly path: string;
  /** Folder of the run that its programs may read: scripts, prompt, `gt` and `bd`. */
  readonly agentFolder: string;
  /** Files and folders that `gt` and `bd` are made of. */
  readonly selfPaths: readonly string[];
  /** More to read, e.g. the package of the agent's program. */
  readonly readable: readonly string[];
  /** More hosts, those of a preset. */
  readonly hosts: readonly string[];
  /** Undefined when the programs have no relay. */
  readonly relay: LoopbackPort | undefined;
  readonly proxyFolder: string;
}

/** @throws {AppError} invalid_argument for a branch that is in no folder of its agent */
export function policyFor(input: PolicyInput): IsolationPolicy {
  const { spec } = input;
  const { job } = spec;
  const { worktree } = job;
  const loopback = loopbackPorts([...spec.allow_hosts, ...input.hosts]);
  const tools = [
    ...TOOL_FOLDERS.map(folder => join(input.userHome, folder)),
    ...input.path
      .split(":")
      .filter(folder => folder.startsWith("/"))
      .flatMap(installation),
  ];
  const readable = [
    ...input.selfPaths,
    ...tools,
    ...input.readable,
    input.agentFolder,
    ...(job.kind === "session" ? job.readable : [job.repo]),
    worktree,
    input.proxyFolder,
  ];
  const writable = [
    worktree,
    spec.home,
    ...(job.kind === "work" ? writableInRepo(job.repo, worktree, job.branch) : []),
  ];
  return {
    hidden: unique([...PRIVATE_FOLDERS, input.userHome, dirname(spec.socket), ...spec.hidden]).filter(path =>
      existsSync(path),
    ),
    readable: unique(readable).filter(path => existsSync(path)),
    writable: unique(writable),
    protected: [
      ...(job.kind === "session" ? [] : protectedInRepo(job.repo, worktree)),
      // The shared temporary folder that the isolation would otherwise open for all agents.
      ...["/tmp/claude", "/private/tmp/claude"].filter(path => existsSync(path)),
    ],
    hosts: [...spec.allow_hosts, ...input.hosts].filter(host => loopbackPort(host) === undefined),
    loopback: [...(input.relay === undefined ? [] : [input.relay]), ...loopback],
  };
}

/** What must stay as it is although it lies in what is writable. */
function protectedInRepo(repo: string, worktree: string): string[] {
  return [
    join(repo, "objects/pack"),
    join(repo, "objects/info"),
    // What says where the repository of a worktree is must stay true for git outside of the isolation.
    join(worktree, ".git"),
    join(adminDir(repo, worktree), "commondir"),
    join(adminDir(repo, worktree), "gitdir"),
  ];
}

/** Of the bare repository only what a commit on the agent's own branch needs. */
function writableInRepo(repo: string, worktree: string, branch: string): string[] {
  const folder = branchFolder(branch);
  return [
    join(repo, "objects"),
    adminDir(repo, worktree),
    join(repo, "refs/heads", folder),
    join(repo, "logs/refs/heads", folder),
  ];
}

/** A folder of the PATH, and what lies beside it when that is an installation like `<prefix>/{bin,lib}`. */
function installation(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const real = realpathSync(folder);
  const prefix = dirname(real);
  const whole = basename(real) === "bin" && existsSync(join(prefix, "lib/node_modules"));
  return [folder, real, ...(whole ? [prefix] : [])];
}

/** What must be readable for a program to run: itself, and its whole package when it belongs to one. */
export function packageOf(program: string): string[] {
  if (!existsSync(program)) return [];
  const found: string[] = [];
  for (const path of unique([program, realpathSync(program)])) {
    const parts = path.split("/");
    const modules = parts.indexOf("node_modules");
    found.push(modules > 0 ? parts.slice(0, modules + 1).join("/") : path);
    for (let folder = dirname(path); modules < 0 && folder !== "/"; folder = dirname(folder)) {
      if (!existsSync(join(folder, "package.json"))) continue;
      found.push(folder);
      break;
    }
  }
  return unique(found);
}

/** `localhost:8787` and `127.0.0.1:8787` in a list of hosts mean a service on this machine. */
function loopbackPorts(hosts: readonly string[]): LoopbackPort[] {
  const ports = new Set(hosts.map(loopbackPort).filter(port => port !== undefined));
  return [...ports].map(port => ({ inside: port, outside: port }));
}

function loopbackPort(host: string): number | undefined {
  const match = /^(?:localhost|127\.0\.0\.1|\[::1\]):(\d{1,5})$/.exec(host);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths.map(path => resolve(path)))];
}
