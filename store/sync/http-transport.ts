/** A remote that is reached over http(s): discovery and sign-in by isomorphic-git, packs by ourselves. */
import type { Branch } from "../branch/branch.ts";
import { concat, fromUtf8 } from "../branch/bytes.ts";
import { mergeSignature, relate } from "../merge/index.ts";
import { AppError } from "../schema/errors.ts";
import { allCommits } from "./all-commits.ts";
import { type Connection, HttpConnector } from "./http-connection.ts";
import { checkComplete, packCommits } from "./objects-between.ts";
import { pktFlush, pktLine, readPackets, readSideBands } from "./pkt-line.ts";
import type { HttpClient, RemoteGit, SyncPorts } from "./ports.ts";
import { receivePack } from "./receive-pack.ts";
import { refusedPush } from "./refused-push.ts";
import type { Push, PushOutcome, Transport } from "./transport.ts";

const NO_OBJECT = "0".repeat(40);
const AGENT = "agent=gastown";

/** What a remote is over http. */
export interface HttpRemote {
  readonly url: string;
  /** The branch there, e.g. "refs/heads/beads". */
  readonly ref: string;
  /** Further headers from the user's configuration. */
  readonly headers: Readonly<Record<string, string>>;
}

/** See the file comment. @param ports with `http` */
export function createHttpTransport(
  branch: Branch,
  ports: SyncPorts & { readonly http: HttpClient },
  remote: HttpRemote,
): Transport {
  const connector = new HttpConnector({ ...ports, gitDir: branch.repository.gitDir }, remote);
  return {
    async head(signal) {
      return (await connector.discover("git-upload-pack", signal)).refs.get(remote.ref);
    },

    async fetch(into, have, signal) {
      const connection = await connector.discover("git-upload-pack", signal);
      const want = connection.refs.get(remote.ref);
      if (want === undefined) return undefined;
      if ((await branch.objects.find(want)) === undefined) {
        const answer = await connection.post(
          uploadRequest(connection, want, have, {
            thin: ports.git !== undefined,
            cuts: await branch.shallow.cuts(),
          }),
        );
        const pack = await receivePack(branch, ports.git, packOf(answer), signal);
        try {
          await hold(branch, ports.git, { into, want, have, signal });
        } finally {
          await pack.release();
        }
      } else {
        await hold(branch, ports.git, { into, want, have, signal });
      }
      return want;
    },

    async push({ commit, expected, added }: Push, signal): Promise<PushOutcome> {
      const connection = await connector.discover("git-receive-pack", signal);
      if (connection.refs.get(remote.ref) !== expected) return "raced";
      const capabilities = connection.choose(["report-status", "side-band-64k", AGENT]);
      const command = `${expected ?? NO_OBJECT} ${commit} ${remote.ref}\0 ${capabilities}`;
      const pack = await packFor(branch, ports, commit, expected, added, signal);
      const answer = await connection.post(concat([pktLine(command), pktFlush(), pack]));
      const { status, messages } = pushStatus(answer, connection.choose(["side-band-64k"]) !== "");
      const refusal = /^ng \S+ (.*)$/m.exec(status)?.[1];
      if (refusal === undefined && /^unpack ok$/m.test(status)) return "done";
      const now = await connector.discover("git-upload-pack", signal);
      if (now.refs.get(remote.ref) !== expected || /lock|failed to update/.test(refusal ?? ""))
        return "raced";
      throw refusedPush(remote.url, refusal ?? status.trim(), messages);
    },
  };
}

function uploadRequest(
  connection: Connection,
  want: string,
  have: readonly string[],
  here: { readonly thin: boolean; readonly cuts: ReadonlySet<string> },
): Uint8Array {
  const wanted = ["side-band-64k", "ofs-delta", "no-progress", ...(here.thin ? ["thin-pack"] : []), AGENT];
  // A server that knows where our history ends does not take for granted what lies behind.
  const cuts = connection.choose(["shallow"]) === "" ? [] : [...here.cuts];
  return concat([
    pktLine(`want ${want} ${connection.choose(wanted)}\n`),
    ...cuts.map(oid => pktLine(`shallow ${oid}\n`)),
    pktFlush(),
    ...have.map(oid => pktLine(`have ${oid}\n`)),
    pktLine("done\n"),
  ]);
}

/** The pack in the answer to a fetch: after the lines about what both have. */
function packOf(answer: Uint8Array): Uint8Array {
  const packets = [...readPackets(answer)];
  const first = packets.findIndex(
    packet => packet !== undefined && packet[0] !== undefined && packet[0] <= 3,
  );
  return readSideBands(packets.slice(Math.max(first, 0))).data;
}

/** Sets the ref that holds what came, once it is known to be complete. */
async function hold(branch: Branch, git: RemoteGit | undefined, held: Held): Promise<void> {
  const { into, want, have, signal } = held;
  if (git === undefined) {
    const [known] = have;
    await checkComplete(
      branch,
      known === undefined ? await allCommits(branch, want) : (await relate(branch, want, known)).ahead,
    );
  } else {
    const revisions = [want, ...have.map(oid => `^${oid}`)].join("\n");
    const args = ["rev-list", "--objects", "--quiet", "--stdin"];
    const result = await git.run(branch.repository.gitDir, args, { input: `${revisions}\n`, signal });
    if (result.code !== 0) throw incomplete(result.stderr);
  }
  const target = branch.sibling(into);
  const time = Math.floor(branch.ports.now() / 1000);
  await target.moveTo(want, await target.head(), mergeSignature(time), "fetch");
}

interface Held {
  readonly into: string;
  readonly want: string;
  readonly have: readonly string[];
  readonly signal: AbortSignal | undefined;
}

function incomplete(output: string): AppError {
  return new AppError("corrupt", "The remote did not send all objects of its bead branch.", {
    hint: "Sync again; if it stays so, run `git fsck` on the remote.",
    data: { output: output.slice(0, 2000) },
    retryable: true,
  });
}

async function packFor(
  branch: Branch,
  ports: SyncPorts,
  commit: string,
  expected: string | undefined,
  added: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (ports.git === undefined) return packCommits(branch, added);
  const revisions = expected === undefined ? commit : `${commit}\n^${expected}`;
  const args = ["pack-objects", "--revs", "--stdout", "--thin", "--delta-base-offset", "-q"];
  const result = await ports.git.run(branch.repository.gitDir, args, { input: `${revisions}\n`, signal });
  // Any trouble of the git program is no reason not to push: we can do it as well, only slower.
  return result.code === 0 ? result.stdout : packCommits(branch, added);
}

function pushStatus(
  answer: Uint8Array,
  banded: boolean,
): { readonly status: string; readonly messages: string } {
  const { data, messages } = banded ? readSideBands(readPackets(answer)) : { data: answer, messages: "" };
  let status = "";
  for (const packet of readPackets(data)) {
    if (packet !== undefined) status += `${fromUtf8(packet).replace(/\n$/, "")}\n`;
  }
  return { status, messages };
}
