/** What every way to a remote must do. */
import { describe, expect, test } from "bun:test";
import { git, type Machine, type MachineOptions, machine } from "./support/repositories.ts";

/** A remote, and how machines reach it. */
export interface RemoteUnderTest {
  /** Path of the repository, to look into. */
  readonly dir: string;
  readonly url: string;
  readonly options?: MachineOptions;
}

/** Runs the suite on a kind of remote. */
export function exchangeSuite(name: string, make: () => RemoteUnderTest | Promise<RemoteUnderTest>): void {
  const two = async (): Promise<{ remote: RemoteUnderTest; a: Machine; b: Machine }> => {
    const remote = await make();
    const a = await machine(remote.url, { ...remote.options, actor: "ada" });
    await a.sync();
    const b = await machine(remote.url, { ...remote.options, actor: "bob", empty: true });
    return { remote, a, b };
  };

  describe(name, () => {
    test("the first push makes the branch, and another machine gets it", async () => {
      const remote = await make();
      const a = await machine(remote.url, remote.options);
      await a.create("one");
      expect(await a.sync()).toMatchObject({ pulled: true, pushed: true, ahead: 2, behind: 0, attempts: 1 });
      const b = await machine(remote.url, { ...remote.options, empty: true });
      expect(await b.titles()).toEqual(["one"]);
      expect(await b.head()).toBe(await a.head());
      expect(git(remote.dir, "rev-parse", "refs/heads/beads")).toBe(await a.head());
      git(remote.dir, "fsck", "--strict");
      git(b.dir, "fsck", "--strict");
    });

    test("a sync with nothing to do changes nothing", async () => {
      const { a } = await two();
      const head = await a.head();
      expect(await a.sync()).toMatchObject({
        ahead: 0,
        behind: 0,
        pulled: true,
        pushed: true,
        merge: undefined,
      });
      expect(await a.head()).toBe(head);
    });

    test("changes of both sides meet, field by field, in one commit on both", async () => {
      const { remote, a, b } = await two();
      const id = await a.create("shared", { description: "text", labels: ["x"] });
      await a.sync();
      await b.sync();
      await a.update(id, { title: "by ada" });
      await a.create("only ada");
      await b.update(id, { priority: 0 });
      await b.create("only bob");
      await a.sync();
      const report = await b.sync();
      expect(report).toMatchObject({ ahead: 2, behind: 2, pulled: true, pushed: true });
      expect(report.changes?.merged).toEqual([id]);
      expect(await a.sync()).toMatchObject({ ahead: 0, behind: 3 });
      expect(await a.head()).toBe(await b.head());
      expect(await a.store.get(id)).toMatchObject({ title: "by ada", priority: 0, labels: ["x"] });
      expect(await b.titles()).toEqual(["by ada", "only ada", "only bob"]);
      git(remote.dir, "fsck", "--strict");
      git(a.dir, "fsck", "--strict");
      git(b.dir, "fsck", "--strict");
    });

    test("two first pushes that know nothing of each other come together", async () => {
      const remote = await make();
      const a = await machine(remote.url, { ...remote.options, prefix: "gt" });
      const b = await machine(remote.url, { ...remote.options, prefix: "xy" });
      await a.create("one");
      await b.create("two");
      await a.sync();
      await b.sync();
      await a.sync();
      expect(await a.head()).toBe(await b.head());
      expect(await a.titles()).toEqual(["one", "two"]);
      expect(a.store.prefixes).toEqual(["gt", "xy"]);
    });

    test("a branch of something else is refused", async () => {
      const remote = await make();
      const blob = git(remote.dir, "hash-object", "-w", "--stdin");
      const tree = Bun.spawnSync(["git", "-C", remote.dir, "mktree"], {
        stdin: new TextEncoder().encode(`100644 blob ${blob}\thello.c\n`),
      });
      const commit = git(remote.dir, "commit-tree", tree.stdout.toString().trim(), "-m", "code");
      git(remote.dir, "update-ref", "refs/heads/beads", commit);
      const a = await machine(remote.url, remote.options);
      expect(await a.sync().catch(error => error.code)).toBe("unprocessable");
      expect(git(remote.dir, "rev-parse", "refs/heads/beads")).toBe(commit);
    });

    test("a push that a hook of the remote refuses says so, and the local beads stay", async () => {
      const { remote, a } = await two();
      const { chmodSync, mkdirSync, writeFileSync } = await import("node:fs");
      mkdirSync(`${remote.dir}/hooks`, { recursive: true });
      writeFileSync(
        `${remote.dir}/hooks/pre-receive`,
        "#!/bin/sh\nprintf 'no \\033[31mbeads\\033[0m here' >&2\nexit 1\n",
      );
      chmodSync(`${remote.dir}/hooks/pre-receive`, 0o755);
      await a.create("kept");
      const head = await a.head();
      expect(await a.sync().catch(error => [error.code, error.message])).toEqual([
        "push_rejected",
        expect.stringMatching(/hook declined\)?: no beads here$/),
      ]);
      expect(await a.head()).toBe(head);
    });

    test("pull and push alone, and a dry run", async () => {
      const { remote, a, b } = await two();
      await a.create("one");
      await a.sync();
      await b.create("two");
      const before = await b.head();
      expect(await b.sync({ dryRun: true })).toMatchObject({
        ahead: 1,
        behind: 1,
        pulled: false,
        pushed: false,
      });
      expect(await b.head()).toBe(before);
      expect(await b.sync({ pull: false }).catch(error => error.code)).toBe("precondition_failed");
      expect(await b.sync({ push: false })).toMatchObject({ pulled: true, pushed: false });
      expect(await b.titles()).toEqual(["one", "two"]);
      expect(git(remote.dir, "rev-parse", "refs/heads/beads")).toBe(await a.head());
      expect(await b.sync({ pull: false })).toMatchObject({ pushed: true });
      expect(git(remote.dir, "rev-parse", "refs/heads/beads")).toBe(await b.head());
    });

    test("several machines that push at once all get through", async () => {
      const { remote, a, b } = await two();
      const others = await Promise.all(
        [0, 1].map(() => machine(remote.url, { ...remote.options, empty: true })),
      );
      const all = [a, b, ...others];
      for (const round of [1, 2]) {
        await Promise.all(
          all.map(async (each, i) => {
            await each.create(`bead ${round} of ${i}`);
            await each.sync();
          }),
        );
      }
      for (const each of all) await each.sync();
      expect(new Set(await Promise.all(all.map(each => each.head()))).size).toBe(1);
      expect((await a.titles()).length).toBe(8);
      git(remote.dir, "fsck", "--strict");
    }, 60_000);

    test("nothing but the bead branch and our own refs is touched", async () => {
      const { remote, a } = await two();
      const { writeFileSync } = await import("node:fs");
      writeFileSync(`${a.dir}/file.txt`, "work\n");
      git(a.dir, "add", "file.txt");
      git(a.dir, "commit", "-q", "-m", "work");
      writeFileSync(`${a.dir}/file.txt`, "more\n");
      const look = () =>
        [
          git(a.dir, "status", "--porcelain"),
          git(a.dir, "symbolic-ref", "HEAD"),
          git(a.dir, "rev-parse", "HEAD"),
          git(a.dir, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes", "refs/tags"),
        ].join("\n");
      const before = look();
      await a.create("one");
      await a.sync();
      expect(look()).toBe(before);
      expect(git(remote.dir, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/beads");
      const refs = git(a.dir, "for-each-ref", "--format=%(refname)", "refs/gastown").split("\n");
      for (const ref of refs) expect(ref).toMatch(/^refs\/gastown\/(remotes|incoming)\/origin\/beads$/);
    });
  });
}
