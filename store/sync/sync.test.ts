/** The loop of fetch, merge and push against remotes that behave as no real one does on demand. */
import { describe, expect, test } from "bun:test";
import { nativeCodec } from "../../runtime/hosts/bun/store/codec.ts";
import type { Branch } from "../branch/branch.ts";
import { actorSignature } from "../branch/signature.ts";
import { firstBead } from "../merge/testing/history.ts";
import { commitBeads, memoryBranch } from "../merge/testing/memory-repository.ts";
import { hasCode } from "../schema/errors.ts";
import { gitFailure, redactUrls } from "./git-failure.ts";
import { pktFlush, pktLine, readPackets, readSideBands } from "./pkt-line.ts";
import { defaultRemote, type Remote } from "./remote.ts";
import { syncWith } from "./sync.ts";

const START = Date.parse(String(firstBead.created_at));
const who = actorSignature("other", START);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    error => (hasCode(error, error.code) ? error.code : String(error)),
  );
const bead = (id: string) => ({ ...firstBead, id, dependencies: [] });

/** A remote that is another ref of the same repository; `meddle` runs before each push. */
function refRemote(
  branch: Branch,
  meddle: (there: Branch) => Promise<unknown> = async () => undefined,
): Remote {
  const there = branch.sibling("refs/heads/there");
  return {
    name: "there",
    url: "there",
    ref: "refs/heads/beads",
    tracking: "refs/gastown/remotes/there/beads",
    incoming: "refs/gastown/incoming/there/beads",
    transport: {
      head: () => there.head(),
      async fetch(into) {
        const tip = await there.head();
        if (tip !== undefined)
          await branch.sibling(into).moveTo(tip, await branch.sibling(into).head(), who, "fetch");
        return tip;
      },
      async push({ commit, expected }) {
        await meddle(there);
        return (await there.moveTo(commit, expected, who, "push")) ? "done" : "raced";
      },
    },
  };
}

describe("the loop", () => {
  test("goes on when somebody is quicker, and counts the rounds", async () => {
    const branch = await memoryBranch(() => START, nativeCodec);
    await commitBeads(branch, [bead("gt-1")], START);
    let left = 3;
    const remote = refRemote(branch, async there => {
      if (left-- > 0) await commitBeads(there, [bead(`gt-x${left}`)], START + left * 1000);
    });
    expect(await syncWith(branch, remote, {})).toMatchObject({ attempts: 4, pushed: true, pulled: true });
    expect(await branch.head()).toBe((await remote.transport.head()) ?? "");
    expect((await branch.diff(undefined, await branch.head())).length).toBe(4);
  });

  test("gives up against somebody who never stops, and keeps what was merged", async () => {
    const branch = await memoryBranch(() => START, nativeCodec);
    await commitBeads(branch, [bead("gt-1")], START);
    let round = 0;
    const remote = refRemote(branch, there =>
      commitBeads(there, [bead(`gt-x${round++}`)], START + round * 1000),
    );
    expect(await codeOf(syncWith(branch, remote, {}))).toBe("conflict");
    expect(round).toBe(8);
    expect((await branch.diff(undefined, await branch.head())).length).toBe(8);
  });

  test("merges with what a local writer adds meanwhile", async () => {
    const branch = await memoryBranch(() => START, nativeCodec);
    await commitBeads(branch, [bead("gt-1")], START);
    const remote = refRemote(branch, async () => undefined);
    await commitBeads(branch.sibling("refs/heads/there"), [bead("gt-2")], START);
    const { transport } = remote;
    const slow: Remote = {
      ...remote,
      transport: {
        ...transport,
        fetch: async (into, have) => {
          await commitBeads(branch, [bead("gt-3")], START + 1000);
          return transport.fetch(into, have);
        },
      },
    };
    await syncWith(branch, slow, {});
    expect((await branch.diff(undefined, await branch.head())).length).toBe(3);
  });

  test("stops when it is told to", async () => {
    const branch = await memoryBranch(() => START, nativeCodec);
    await commitBeads(branch, [bead("gt-1")], START);
    const remote = refRemote(branch, there => commitBeads(there, [bead("gt-2")], START));
    expect(await codeOf(syncWith(branch, remote, { signal: AbortSignal.abort() }))).toBe("cancelled");
  });

  test("nothing on either side is nothing to do", async () => {
    const branch = await memoryBranch(() => START, nativeCodec);
    expect(await syncWith(branch, refRemote(branch), {})).toMatchObject({ commit: undefined, attempts: 1 });
  });
});

describe("small parts", () => {
  test("packet lines are read back, bands apart, and a cut answer is an error", () => {
    const line = pktLine("\u0001data");
    const both = new Uint8Array([...line, ...pktLine("\u0002hello"), ...pktFlush()]);
    const { data, messages } = readSideBands(readPackets(both));
    expect([new TextDecoder().decode(data), messages]).toEqual(["data", "hello"]);
    expect(() => [...readPackets(line.subarray(0, 6))]).toThrow("cut off");
    expect(() => [...readPackets(new TextEncoder().encode("<html>"))]).toThrow("protocol");
    expect(() => readSideBands(readPackets(pktLine("\u0003out of memory")))).toThrow("out of memory");
  });

  test("words of git become codes", () => {
    const code = (stderr: string) =>
      gitFailure("read", "r", { code: 128, stdout: new Uint8Array(), stderr }).code;
    expect(code("fatal: Could not read from remote repository.")).toBe("remote_unreachable");
    expect(code("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.")).toBe(
      "unauthenticated",
    );
    expect(code("fatal: could not read Username for 'https://h': terminal prompts disabled")).toBe(
      "unauthenticated",
    );
    expect(code("remote: Repository not found.\nfatal: repository 'https://h/x' not found")).toBe(
      "not_found",
    );
    expect(code("fatal: unable to access 'https://h/': The requested URL returned error: 403")).toBe(
      "forbidden",
    );
    expect(code("error: file write error: No space left on device")).toBe("storage_full");
    expect(code("error: unknown option `no-write-fetch-head'")).toBe("not_supported");
  });

  test("user names and passwords are taken out of what is shown", () => {
    expect(redactUrls("fatal: https://ada:s3c@h/x and ssh://git@h/y")).toBe(
      "fatal: https://h/x and ssh://h/y",
    );
  });

  test("the remote is the one that is set, else origin, else the only one", () => {
    const config = (...entries: [string, string][]) => defaultRemote(new Map(entries));
    expect(config()).toBeUndefined();
    expect(config(["remote.up.url", "x"])).toBe("up");
    expect(config(["remote.up.url", "x"], ["remote.origin.url", "y"])).toBe("origin");
    expect(config(["remote.up.url", "x"], ["remote.origin.url", "y"], ["gastown.remote", "up"])).toBe("up");
    expect(() => config(["remote.a.url", "x"], ["remote.b.url", "y"])).toThrow("none is called origin");
  });
});
