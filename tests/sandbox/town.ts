/** A town's folder with one rig and its remote, real repositories in a temporary folder; and sandboxes started in it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sandboxClient } from "../../agent-sandbox/protocol/client.ts";
import { type SandboxEvent, sandboxEventSchema } from "../../agent-sandbox/protocol/events.ts";
import type { MergeJob, SandboxSecrets, SandboxSpec, WorkJob } from "../../agent-sandbox/protocol/spec.ts";

export const TOKEN = "token-of-the-agent";

export interface Town {
  readonly root: string;
  readonly repo: string;
  readonly remote: string;
  /** Runs git and answers its output; throws with its words when it fails. */
  git(cwd: string, ...args: string[]): string;
  /** Commits files to a branch of the remote, as another person would. */
  push(branch: string, files: Record<string, string>, message?: string): string;
  workSpec(job: Partial<WorkJob>, spec?: Partial<SandboxSpec>): SandboxSpec;
  mergeSpec(job: Partial<MergeJob>, spec?: Partial<SandboxSpec>): SandboxSpec;
  start(spec: SandboxSpec, options?: StartOptions): Promise<SandboxProcess>;
  /** Ends all processes and removes the folder. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly secrets?: Partial<SandboxSecrets>;
  readonly env?: Record<string, string>;
  readonly lingerMs?: number;
  /** Program of the sandbox process: SPEC, linger, and the program for `gt` follow. */
  readonly program?: readonly string[];
  /** Program that the shims of `gt` and `bd` start. */
  readonly self?: readonly string[];
}

export interface SandboxProcess {
  readonly pid: number;
  readonly spec: SandboxSpec;
  readonly client: ReturnType<typeof sandboxClient>;
  readonly stderr: () => string;
  /** Events on disk now. */
  events(): SandboxEvent[];
  /** Waits for the first event of a type. */
  event<T extends SandboxEvent["type"]>(type: T): Promise<Extract<SandboxEvent, { type: T }>>;
  recording(): string;
  exited: Promise<number>;
  kill(): Promise<void>;
}

let runs = 0;

export function makeTown(files: Record<string, string> = { "README.md": "sample\n" }): Town {
  const root = mkdtempSync(join(tmpdir(), "gastown-sandbox-"));
  const remote = join(root, "remote.git");
  const repo = join(root, "town/rigs/sample.git");
  const started: SandboxProcess[] = [];
  const git = (cwd: string, ...args: string[]): string => {
    const result = Bun.spawnSync(["git", ...args], {
      cwd,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: root,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_AUTHOR_NAME: "person",
        GIT_AUTHOR_EMAIL: "person@example.com",
        GIT_COMMITTER_NAME: "person",
        GIT_COMMITTER_EMAIL: "person@example.com",
      },
    });
    if (result.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr.toString()}`);
    return result.stdout.toString().trim();
  };
  git(root, "init", "-q", "--bare", "-b", "main", remote);
  git(root, "clone", "-q", remote, join(root, "person"));
  const person = join(root, "person");
  const push = (branch: string, changed: Record<string, string>, message = "change"): string => {
    const known = git(person, "ls-remote", "origin", branch) !== "";
    git(person, "fetch", "-q", "origin");
    git(person, "checkout", "-q", "-B", branch, ...(known ? [`origin/${branch}`] : []));
    for (const [name, content] of Object.entries(changed)) {
      mkdirSync(dirname(join(person, name)), { recursive: true });
      writeFileSync(join(person, name), content);
    }
    git(person, "add", "-A");
    git(person, "commit", "-q", "-m", message);
    git(person, "push", "-q", "origin", branch);
    return git(person, "rev-parse", "HEAD");
  };
  push("main", files, "first");
  git(root, "clone", "-q", "--bare", remote, repo);
  git(repo, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
  git(repo, "config", "gc.auto", "0");
  git(repo, "fetch", "-q", "origin");
  const beads = git(repo, "commit-tree", git(repo, "mktree"), "-m", "beads");
  git(repo, "update-ref", "refs/heads/beads", beads);
  mkdirSync(join(root, "town/secrets"), { recursive: true, mode: 0o700 });
  writeFileSync(join(root, "town/secrets/key"), "the signing key\n");

  const base = (name: string, spec: Partial<SandboxSpec>): Omit<SandboxSpec, "job"> => {
    runs += 1;
    const agent = join(root, "town/agents/sample", name);
    return {
      v: 1,
      run_id: `run-${process.pid}-${runs}`,
      town: "demo",
      container: `demo/sample/${name}`,
      generation: runs,
      agent: { name, role: name === "refinery" ? "refinery" : "polecat", rig: "sample" },
      driver: { kind: "script" },
      isolation: "process",
      isolation_waived: false,
      allow_hosts: [],
      env: {},
      dir: join(agent, `runs/${runs}`),
      socket: join(root, `s/${runs}.sock`),
      home: join(agent, "home"),
      hidden: [join(root, "town")],
      limits: { wall_s: 600, recording_bytes: 16_777_216, scrollback_lines: 2_000 },
      ...spec,
    };
  };

  return {
    root,
    repo,
    remote,
    git,
    push,
    workSpec: (job, spec = {}) => {
      const name = spec.agent?.name ?? "toast";
      return {
        ...base(name, spec),
        job: {
          kind: "work",
          bead: { id: "gt-1", title: "A bead", description: "", ...job.bead },
          attempt: 1,
          repo,
          worktree: join(root, "town/worktrees/sample", name),
          branch: `polecat/${name}/${job.bead?.id ?? "gt-1"}`,
          remote: "origin",
          target: "main",
          prompt: "",
          ...job,
        },
      } as SandboxSpec;
    },
    mergeSpec: (job, spec = {}) =>
      ({
        ...base("refinery", spec),
        job: {
          kind: "merge",
          merge_request: "gt-mr",
          bead: { id: "gt-1", title: "A bead" },
          attempt: 1,
          repo,
          worktree: join(root, "town/worktrees/sample/refinery"),
          branch: "polecat/toast/gt-1",
          head: "",
          remote: "origin",
          target: "main",
          message: "Merge gt-1: A bead",
          gates: [],
          ...job,
        },
      }) as SandboxSpec,
    async start(spec, options = {}) {
      const child = await startSandbox(spec, options);
      started.push(child);
      return child;
    },
    async close() {
      await Promise.all(started.map(child => child.kill()));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function startSandbox(spec: SandboxSpec, options: StartOptions): Promise<SandboxProcess> {
  mkdirSync(spec.dir, { recursive: true });
  writeFileSync(join(spec.dir, "spec.json"), JSON.stringify(spec));
  const log = join(spec.dir, "sandbox.log");
  const here = import.meta.dir;
  const child = Bun.spawn(
    [
      ...(options.program ?? [process.execPath, join(here, "process.ts")]),
      join(spec.dir, "spec.json"),
      String(options.lingerMs ?? 30_000),
      ...(options.self ?? [process.execPath, join(here, "agent-cli.ts")]),
    ],
    {
      cwd: "/",
      env: {
        PATH: process.env.PATH ?? "",
        HOME: process.env.HOME ?? "/root",
        LANG: "C.UTF-8",
        ...options.env,
      },
      stdin: "pipe",
      stdout: Bun.file(log),
      stderr: Bun.file(log),
      detached: true,
    },
  );
  const secrets = { agent_token: TOKEN, gateway_url: "http://127.0.0.1:9", env: {}, ...options.secrets };
  child.stdin.write(`${JSON.stringify(secrets)}\n`);
  await child.stdin.flush();
  const stderr = (): string => readOr(log);
  const events = (): SandboxEvent[] =>
    readOr(join(spec.dir, "events.jsonl"))
      .split("\n")
      .slice(0, -1)
      .map(line => sandboxEventSchema.parse(JSON.parse(line)));
  return {
    pid: child.pid,
    spec,
    client: sandboxClient(spec.socket, spec.generation),
    stderr,
    events,
    async event(type) {
      // Polled: the log is the contract, and reading it proves that it is on disk.
      for (;;) {
        const found = events().find(event => event.type === type);
        if (found !== undefined) return found as never;
        const over = events().find(event => event.type === "exited");
        if (over !== undefined || child.exitCode !== null || child.signalCode !== null) {
          const again = events().find(event => event.type === type);
          if (again !== undefined) return again as never;
          throw new Error(`No ${type}: ${JSON.stringify(events(), null, 1)}\n${stderr()}`);
        }
        await Bun.sleep(10);
      }
    },
    recording: () => readOr(join(spec.dir, "terminal.cast")),
    exited: child.exited,
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** A bead's description with one block fenced as `sh` for each script. */
export function blocks(...scripts: string[]): string {
  return scripts.map(script => `\`\`\`sh\n${script}\n\`\`\``).join("\n\n");
}

/** Polls until the condition holds; the reason says what is waited for. */
export async function until(
  reason: string,
  condition: () => boolean | Promise<boolean>,
  ms = 15_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${reason}`);
    await Bun.sleep(10);
  }
}
