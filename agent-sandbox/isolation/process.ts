/** Isolation by bubblewrap or seatbelt, through @anthropic-ai/sandbox-runtime: one policy per sandbox process. */
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../store/schema/errors.ts";
import { quote } from "../process/quote.ts";
import type { Isolation, IsolationPolicy } from "./isolation.ts";

/** Port in the isolated network by which the relay is reached; odd, so that an agent's own servers do not meet it. */
const RELAY_PORT_INSIDE = 47_100;

export interface ProcessIsolationOptions {
  /** Told the ports and the proxy's folder, answers what is allowed. */
  readonly policy: (relayPortInside: number) => IsolationPolicy;
  /** Folder that isolated programs may read but not write; launch scripts go there. */
  readonly agentFolder: string;
  /** The agent's home, which it may write. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly path: string;
  /** Where a copy of the embedded helpers is; undefined from sources. */
  readonly seccompHelper: string | undefined;
  readonly javaAgent: string | undefined;
}

/**
 * Starts the filtering proxy. The caller has set TMPDIR of this process to a folder that the policy lets programs read:
 * the proxy's socket is made there; and the working directory is one that programs may not write.
 * @throws {AppError} isolation_unavailable
 */
export async function createProcessIsolation(options: ProcessIsolationOptions): Promise<Isolation> {
  const linux = options.platform === "linux";
  const policy = options.policy(RELAY_PORT_INSIDE);
  let launches = 0;
  // Loaded here, while git is at work in its own process: it is a third of what starting costs.
  const { SandboxManager } = await import("@anthropic-ai/sandbox-runtime");
  try {
    const socat = linux ? await writeSocat(options) : undefined;
    await SandboxManager.initialize({
      network: {
        allowedDomains: [...policy.hosts, ...policy.loopback.map(({ outside }) => `127.0.0.1:${outside}`)],
        deniedDomains: [],
      },
      filesystem: filesystemOf(policy, linux),
      ...(socat === undefined ? {} : { socatPath: socat }),
      ...(options.seccompHelper === undefined ? {} : { seccomp: { applyPath: options.seccompHelper } }),
      ...(options.javaAgent === undefined ? {} : { javaAgentJarPath: options.javaAgent }),
    });
  } catch (error) {
    throw new AppError("isolation_unavailable", `Isolation did not start: ${String(error)}`, {
      hint: "Run `gt doctor`, or waive isolation in words: `--isolation none`.",
      cause: error,
    });
  }

  return {
    kind: "process",
    reduced: undefined,
    relayPort: outside => (linux ? RELAY_PORT_INSIDE : outside),
    async wrap(script, cwd, apart = false) {
      launches += 1;
      const launch = join(options.agentFolder, `launch-${launches}.sh`);
      const mark = join(options.home, `.begun-${launches}`);
      await rm(mark, { force: true });
      const start = run(script, cwd, mark);
      await writeFile(launch, linux ? linuxLaunch(policy, start) : otherLaunch(start));
      const own = apart
        ? { filesystem: filesystemOf(apartFrom(policy, cwd, options.home), linux) }
        : undefined;
      const command = await SandboxManager.wrapWithSandbox(`exec bash ${quote(launch)}`, "bash", own);
      return {
        argv: ["bash", "-c", `exec ${onOwnTerminal(command)}`],
        cwd: options.agentFolder,
        wrapped: true,
        diesWithParent: linux,
        began: () => Bun.file(mark).exists(),
      };
    },
    release: () => SandboxManager.cleanupAfterCommand(),
    close: () => SandboxManager.reset(),
  };
}

function filesystemOf(policy: IsolationPolicy, linux: boolean) {
  return {
    denyRead: [...policy.hidden, ...(linux ? writableInsideReadable(policy) : [])],
    allowRead: [...policy.readable],
    allowWrite: [...policy.writable],
    denyWrite: [...policy.protected],
  };
}

/** The same with another folder to work in, which nothing else of the run can touch. */
function apartFrom(policy: IsolationPolicy, folder: string, home: string): IsolationPolicy {
  return {
    ...policy,
    readable: [...policy.readable, folder],
    writable: [folder, home],
    protected: [...policy.protected, join(folder, ".git")],
  };
}

/**
 * The wrapper would put programs into a session of their own, without a controlling terminal: no Ctrl-C, no word of a
 * changed size. It does so against programs that type into the terminal they were started from; this terminal is
 * nobody's but theirs. Shared memory of the user's other programs is shut off too.
 */
function onOwnTerminal(command: string): string {
  return command.replace(/^(\S*bwrap) --new-session /, "$1 --unshare-ipc ");
}

/**
 * What is writable inside of something readable that is inside of something hidden: the read-only mount of the readable
 * would lie on top. Hidden once more, more specifically, it is mounted after that.
 */
function writableInsideReadable({ readable, writable }: IsolationPolicy): string[] {
  return writable.filter(path => readable.some(above => path.startsWith(`${above}/`)));
}

/** The bridges between networks must not outlive this process: on Linux a child can ask to be killed with its parent. */
async function writeSocat(options: ProcessIsolationOptions): Promise<string> {
  const find = (program: string): string | null => Bun.which(program, { PATH: options.path });
  const socat = find("socat");
  if (socat === null) throw new Error("socat is missing");
  const setpriv = find("setpriv");
  const path = join(options.agentFolder, "socat");
  const bound = setpriv === null ? "" : `${quote(setpriv)} --pdeathsig KILL `;
  await writeFile(path, `#!/bin/sh\nexec ${bound}${quote(socat)} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

/** Inside: loopback ports lead out through the proxy, and the program gets a process group of its own. */
function linuxLaunch(policy: IsolationPolicy, start: string): string {
  const forwards = policy.loopback.map(
    ({ inside, outside }) =>
      `socat TCP-LISTEN:${inside},fork,reuseaddr,bind=127.0.0.1 "PROXY:127.0.0.1:127.0.0.1:${outside},proxyport=3128,proxyauth=srt:$CLOUDSDK_PROXY_PASSWORD" >/dev/null 2>&1 &`,
  );
  const ports = policy.loopback.map(({ inside }) => inside.toString(16).toUpperCase().padStart(4, "0"));
  return `${forwards.join("\n")}
waited=0
for port in 0C38 ${ports.join(" ")}; do
  until grep -q ":$port 00000000:0000 0A" /proc/net/tcp /proc/net/tcp6 || [ $waited -ge 200 ]; do
    waited=$((waited + 1))
    sleep 0.01
  done
done
${start}`;
}

function otherLaunch(start: string): string {
  return `export GASTOWN_PROXY="$HTTP_PROXY" NO_PROXY= no_proxy=\n${start}`;
}

/** TMPDIR was set by the wrapper to a folder that all agents would share. */
function run(script: string, cwd: string, mark: string): string {
  return `: > ${quote(mark)}
export TMPDIR="$GASTOWN_TMP"
cd ${quote(cwd)} || exit 1
trap '' TSTP
set -m
/bin/sh ${quote(script)}
exit $?
`;
}
