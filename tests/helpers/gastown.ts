/** Runs the command line as a person would: a real process, a clean HOME, a folder of its own, ended as a group. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "../..");
const entry = join(root, "runtime/cli/gastown.ts");

/** What a finished command left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started command that goes on. */
export interface Running {
  readonly pid: number;
  readonly exited: Promise<number>;
  /** All that it printed so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
}

/** A folder with a HOME, in which commands run; `[Symbol.asyncDispose]` ends what is left and removes it. */
export interface Playground extends AsyncDisposable {
  readonly dir: string;
  readonly home: string;
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  start(args: readonly string[], options?: RunOptions): Running;
  git(dir: string, ...args: string[]): Promise<string>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Makes a playground under the system's temporary folder. */
export function playground(name: string): Playground {
  const dir = mkdtempSync(join(tmpdir(), `gastown-${name}-`));
  const home = join(dir, "home");
  mkdirSync(home);
  const environment = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    HOME: home,
    PATH: `${dirname(process.execPath)}:${join(root, "node_modules/.bin")}:/usr/local/bin:/usr/bin:/bin`,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    GIT_CONFIG_NOSYSTEM: "1",
    XDG_RUNTIME_DIR: join(dir, "x"),
    ...extra,
  });
  mkdirSync(join(dir, "x"), { mode: 0o700 });
  const running: Running[] = [];

  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    let text = "";
    const child = Bun.spawn([process.execPath, entry, ...args], {
      cwd: options.cwd ?? dir,
      env: environment(options.env),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) void collect(stream, chunk => (text += chunk));
    const one: Running = {
      pid: child.pid,
      exited: child.exited,
      output: () => text,
      kill: signal => killGroup(child.pid, signal),
    };
    running.push(one);
    return one;
  };

  return {
    dir,
    home,
    start,
    async run(args, options = {}) {
      const child = Bun.spawn([process.execPath, entry, ...args], {
        cwd: options.cwd ?? dir,
        env: environment(options.env),
        stdin: options.stdin === undefined ? "ignore" : new TextEncoder().encode(options.stdin),
        stdout: "pipe",
        stderr: "pipe",
      });
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, stdout, stderr };
    },
    async git(at, ...args) {
      const child = Bun.spawn(["git", "-C", at, ...args], {
        env: environment(),
        stdout: "pipe",
        stderr: "pipe",
      });
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      if (code !== 0) throw new Error(`git ${args.join(" ")} in ${at}: ${stderr}`);
      return stdout;
    },
    async [Symbol.asyncDispose]() {
      for (const one of running) one.kill("SIGKILL");
      await Promise.all(running.map(one => one.exited));
      for (const pid of processesUnder(dir)) killGroup(pid, "SIGKILL");
      rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Runs the body in a playground that is gone afterwards. */
export async function inPlayground<T>(name: string, body: (place: Playground) => Promise<T>): Promise<T> {
  const place = playground(name);
  try {
    return await body(place);
  } finally {
    await place[Symbol.asyncDispose]();
  }
}

/** Processes whose command line or working folder names the playground: sandboxes that outlive their town. */
export function processesUnder(dir: string): number[] {
  if (!existsSync("/proc")) return [];
  const found: number[] = [];
  for (const name of new Bun.Glob("[0-9]*").scanSync({ cwd: "/proc", onlyFiles: false })) {
    if (name.includes("/")) continue;
    try {
      if (readFileSync(`/proc/${name}/cmdline`, "utf8").includes(dir)) found.push(Number(name));
    } catch {
      // The process ended meanwhile.
    }
  }
  return found;
}

/** Polls until `check` answers something; `why` says what is waited for, in the error after `seconds`. */
export async function until<T>(
  why: string,
  check: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  seconds = 60,
): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false && value !== null) return value;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for: ${why}`);
    await Bun.sleep(50);
  }
}

/** Signals the group that the process leads, else the process alone; never both, since a second signal means "at once". */
function killGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // It has ended already, or leads no group.
    }
  }
}

async function collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
}
