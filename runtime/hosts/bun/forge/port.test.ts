/** The port `forge` against a GitHub on loopback. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Port } from "../../../../actors/kernel/host.ts";
import { type PullFacts, pullFactsSchema } from "../../../../actors/ports.ts";
import { type FakeGitHub, fakeGitHub } from "../../../../tests/helpers/fake-github.ts";
import { createForgePort } from "./port.ts";
import { keepForgeToken, tokenFile } from "./token.ts";

const HEAD = "a".repeat(40);
const NOW = 1_000_000;
const META = { chain: [], deadline: Number.MAX_SAFE_INTEGER };
let github: FakeGitHub;
let secrets: string;
let port: Port;

const call = (method: string, args: object): Promise<unknown> =>
  port.call("web", method, { forge: { base_url: github.url, repo: "me/web" }, ...args }, META);
const open = () => call("open", { branch: "polecat/toast/web-1", target: "main", title: "T", body: "B" });
const look = async (): Promise<PullFacts> => pullFactsSchema.parse(await call("look", { number: 1 }));
const merge = () => call("merge", { number: 1, head: HEAD, method: "merge", title: "Merge" });

beforeEach(() => {
  secrets = mkdtempSync(join(tmpdir(), "gastown-forge-"));
  github = fakeGitHub({
    token: "token-of-the-town",
    head: branch => (branch.startsWith("polecat/") ? HEAD : undefined),
    merge: () => "b".repeat(40),
  });
  keepForgeToken(secrets, github.url, "token-of-the-town");
  port = createForgePort({ secrets, env: {}, version: "0", now: () => NOW, fetch });
});
afterEach(async () => {
  await github.stop();
  rmSync(secrets, { recursive: true, force: true });
});

describe("forge", () => {
  test("opens once; asked again, it adopts what is there", async () => {
    expect(await open()).toEqual({
      number: 1,
      url: "https://github.example/me/web/pull/1",
      adopted: false,
    });
    expect(await open()).toMatchObject({ number: 1, adopted: true });
    expect(github.pulls).toHaveLength(1);
  });

  test("tells everything that decides about the merge", async () => {
    await open();
    const [pull] = github.pulls;
    expect(await look()).toMatchObject({ state: "open", mergeable: true, checks: "none", reviews: "none" });
    pull!.checks = [
      { name: "build", status: "completed", conclusion: "success" },
      { name: "lint", status: "in_progress", conclusion: null },
    ];
    expect(await look()).toMatchObject({ checks: "pending" });
    pull!.checks[1] = { name: "lint", status: "completed", conclusion: "failure" };
    expect(await look()).toMatchObject({ checks: "failed", failed: ["lint"] });
    pull!.checks[1] = { name: "lint", status: "completed", conclusion: "skipped" };
    pull!.statuses = [{ context: "old-ci", state: "error" }];
    expect(await look()).toMatchObject({ checks: "failed", failed: ["old-ci"] });
    pull!.statuses = [];
    pull!.mergeableState = "blocked";
    expect(await look()).toMatchObject({ checks: "passed", reviews: "required", mergeable: false });
    pull!.mergeableState = "dirty";
    pull!.mergeable = false;
    expect(await look()).toMatchObject({ conflict: true });
  });

  test("tells how a workflow run and a pull request stand, for gates", async () => {
    const fact = (of: string, number: number) => call("fact", { of, number });
    github.runs.set(77, { status: "in_progress", conclusion: null });
    expect(await fact("run", 77)).toEqual({ kind: "run", status: "in_progress", conclusion: "" });
    github.runs.set(77, { status: "completed", conclusion: "success" });
    expect(await fact("run", 77)).toEqual({ kind: "run", status: "completed", conclusion: "success" });
    await expect(fact("run", 78)).rejects.toMatchObject({ code: "not_found" });
    await open();
    expect(await fact("pr", 1)).toEqual({ kind: "pr", state: "OPEN" });
    await merge();
    expect(await fact("pr", 1)).toEqual({ kind: "pr", state: "MERGED" });
  });

  test("the latest review of each person counts, and what they ask for is told with its lines", async () => {
    await open();
    const [pull] = github.pulls;
    pull!.reviews.push({ id: 1, user: "ada", state: "CHANGES_REQUESTED", body: "Not yet." });
    pull!.reviews.push({ id: 2, user: "bob", state: "APPROVED", body: "" });
    pull!.comments.push({ review: 1, path: "src/a.ts", line: 3, body: "handle the empty list" });
    const { reviews, feedback } = await look();
    expect(reviews).toBe("changes_requested");
    expect(feedback).toEqual({
      id: "1",
      text: "ada asks for changes:\nNot yet.\n- src/a.ts:3: handle the empty list",
    });
    pull!.reviews.push({ id: 3, user: "ada", state: "COMMENTED", body: "hm" });
    expect((await look()).reviews).toBe("changes_requested");
    pull!.reviews.push({ id: 4, user: "ada", state: "APPROVED", body: "" });
    expect((await look()).reviews).toBe("approved");
  });

  test("6.7: reviews are read to the last page", async () => {
    await open();
    for (let id = 1; id <= 150; id += 1) {
      github.pulls[0]!.reviews.push({
        id,
        user: `u${id}`,
        state: id === 150 ? "CHANGES_REQUESTED" : "APPROVED",
        body: "",
      });
    }
    expect((await look()).reviews).toBe("changes_requested");
  });

  test("6.7: checks are read to the last page; more than can be read are not taken for passed", async () => {
    await open();
    const passed = (n: number) =>
      Array.from({ length: n }, (_, i) => ({ name: `c${i}`, status: "completed", conclusion: "success" }));
    github.pulls[0]!.checks = passed(130);
    expect((await look()).checks).toBe("passed");
    github.pulls[0]!.checks = [
      ...passed(130),
      { name: "last", status: "completed", conclusion: "timed_out" },
    ];
    expect(await look()).toMatchObject({ checks: "failed", failed: ["last"] });
    github.pulls[0]!.checks = passed(1_001);
    expect((await look()).checks).toBe("pending");
  });

  test("6.7: commit statuses count beside check runs, and are read to the last page", async () => {
    await open();
    const good = Array.from({ length: 45 }, (_, i) => ({ context: `s${i}`, state: "success" }));
    github.pulls[0]!.statuses = good;
    expect((await look()).checks).toBe("passed");
    github.pulls[0]!.statuses = [...good, { context: "deploy", state: "pending" }];
    expect((await look()).checks).toBe("pending");
    github.pulls[0]!.statuses = [...good, { context: "deploy", state: "error" }];
    expect(await look()).toMatchObject({ checks: "failed", failed: ["deploy"] });
    github.pulls[0]!.statuses = Array.from({ length: 120 }, (_, i) => ({
      context: `s${i}`,
      state: i === 119 ? "failure" : "success",
    }));
    expect(await look()).toMatchObject({ checks: "failed", failed: ["s119"] });
  });

  test("6.7: one that is behind its target is told as such, and updated while its head is the one that was seen", async () => {
    await open();
    github.pulls[0]!.mergeableState = "behind";
    expect(await look()).toMatchObject({ mergeable: false, behind: true, conflict: false });
    expect(await call("update", { number: 1, head: "c".repeat(40) })).toMatchObject({
      updated: false,
      reason: expect.stringContaining("expected head sha"),
    });
    expect(await call("update", { number: 1, head: HEAD })).toEqual({ updated: true });
    expect(await look()).toMatchObject({ mergeable: true });
  });

  test("what did not change is asked for by its tag, and answered without its content", async () => {
    await open();
    const first = await look();
    const before = github.requests.length;
    expect(await look()).toEqual(first);
    expect(github.requests.slice(before).map(request => request.status)).toEqual([304, 304, 304, 304]);
  });

  test("merges exactly the head that was tested; merged already is merged", async () => {
    await open();
    expect(
      await call("merge", { number: 1, head: "c".repeat(40), method: "squash", title: "x" }),
    ).toMatchObject({
      merged: false,
    });
    expect(await merge()).toMatchObject({ merged: true, commit: "b".repeat(40) });
    expect(await merge()).toMatchObject({ merged: true, commit: "b".repeat(40) });
    expect(await look()).toMatchObject({ state: "merged", commit: "b".repeat(40) });
  });

  test("a closed one is closed", async () => {
    await open();
    github.pulls[0]!.state = "closed";
    expect(await look()).toMatchObject({ state: "closed" });
  });

  test("a rate limit says when it is over", async () => {
    const limited = (headers: Record<string, string>, status: number) =>
      Response.json({ message: "API rate limit exceeded" }, { status, headers });
    github.next.push(limited({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "5000" }, 403));
    await expect(open()).rejects.toMatchObject({ code: "remote_unreachable", data: { retry_at: 5_000_000 } });
    github.next.push(limited({ "retry-after": "30" }, 429));
    await expect(open()).rejects.toMatchObject({ data: { retry_at: NOW + 30_000 } });
  });

  test.each([
    [401, "unauthenticated"],
    [403, "forbidden"],
    [404, "not_found"],
    [500, "remote_unreachable"],
    [502, "remote_unreachable"],
  ])("a %i is %s, with words and without the token", async (status, code) => {
    github.next.push(Response.json({ message: "no" }, { status }));
    const error = await look().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify(error)).not.toContain("token-of-the-town");
  });

  test("an answer that is none of GitHub's is told as such", async () => {
    github.next.push(Response.json({ hello: "world" }));
    await expect(look()).rejects.toMatchObject({ code: "remote_unreachable" });
  });

  test("the token is the town's own for this host alone, 0600; the user's goes to GitHub itself and nowhere else", async () => {
    expect(statSync(tokenFile(secrets, github.url)).mode & 0o777).toBe(0o600);
    rmSync(tokenFile(secrets, github.url));
    port = createForgePort({ secrets, env: { GITHUB_TOKEN: "mine" }, version: "0", now: () => NOW, fetch });
    await expect(open()).rejects.toMatchObject({ code: "unauthenticated" });
    expect(github.requests).toEqual([]);
  });

  test("a token does not go over an open connection to elsewhere, nor into a URL", async () => {
    for (const base_url of ["http://forge.example", "https://me:secret@forge.example", "ftp://x"]) {
      await expect(
        port.call("web", "look", { forge: { base_url, repo: "me/web" }, number: 1 }, META),
      ).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
  });
});
