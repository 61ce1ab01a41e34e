import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { blocks, makeTown, TOKEN, type Town, until } from "./town.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

const shell = (script: string) => ({ kind: "pty" as const, command: ["bash", "-c", script] });
const script = (...scripts: string[]) => ({
  bead: { id: "gt-1", title: "t", description: blocks(...scripts) },
});

describeWith("isolation", "work on a bead", () => {
  test("gt done from inside: refused with what to do, then submitted, then the same submission", async () => {
    town = makeTown();
    const run = await town.start(
      town.workSpec(
        {},
        {
          driver: shell(`echo a > a.txt
            gt done; echo "first $?"
            git add -A; git commit -qm a
            gt done "All of it is there."; echo "second $?"
            gt done; echo "third $?"
            echo b > b.txt; git add -A; git commit -qm b
            gt done; echo "fourth $?"`),
        },
      ),
    );
    const exited = await run.event("exited");
    expect(exited).toMatchObject({ ok: true, reason: "submitted" });
    const said = run.recording();
    for (const word of [
      "precondition_failed",
      "Uncommitted changes: a.txt",
      "first 1",
      "second 0",
      "third 0",
      "fourth 0",
    ]) {
      expect(said).toContain(word);
    }
    expect(said).toContain('\\"repeated\\":true');
    const submitted = run.events().filter(event => event.type === "submitted");
    expect(submitted.map(event => event.commits)).toEqual([1, 2]);
    expect(town.git(town.remote, "rev-parse", "polecat/toast/gt-1")).toBe(submitted[1]?.head ?? "");
    expect(run.events()).toContainEqual(
      expect.objectContaining({ type: "note", text: "All of it is there." }),
    );
  });

  test("finished work that nobody submitted is submitted; unfinished work is kept and not submitted", async () => {
    town = makeTown();
    const done = await town.start(
      town.workSpec({}, { driver: shell("echo a > a.txt; git add -A; git commit -qm a") }),
    );
    expect(await done.event("exited")).toMatchObject({ ok: true });
    expect(
      done.events().some(event => event.type === "note" && event.text.includes("submitted for it")),
    ).toBe(true);

    const open = await town.start(
      town.workSpec(
        { bead: { id: "gt-2", title: "t", description: "" } },
        { driver: shell("echo b > b.txt") },
      ),
    );
    expect(await open.event("exited")).toMatchObject({ ok: false, reason: "no_submission" });
    const kept = await open.event("snapshot");
    expect(town.git(town.repo, "show", `${kept.commit}:b.txt`)).toBe("b");

    const failed = await town.start(
      town.workSpec(
        { bead: { id: "gt-3", title: "t", description: "" } },
        { driver: shell("echo c > c.txt; git add -A; git commit -qm c; echo the reason; exit 7") },
      ),
    );
    const exited = await failed.event("exited");
    expect(exited).toMatchObject({ ok: false, code: 7 });
    expect(exited.tail).toContain("the reason");
    expect((await failed.event("snapshot")).commit).toBe(
      town.git(town.repo, "rev-parse", "polecat/toast/gt-3"),
    );
    expect(failed.events().some(event => event.type === "submitted")).toBe(false);
  });

  test("a failing block ends a script with its output, and a bead without blocks says so", async () => {
    town = makeTown();
    const run = await town.start(
      town.workSpec(script("echo one > one.txt", "echo before; false; echo after", "touch never")),
    );
    const exited = await run.event("exited");
    expect(exited).toMatchObject({ ok: false, code: 1 });
    expect(exited.tail).toContain("Step 2 of 3 failed with exit code 1.");
    expect(exited.tail).not.toContain("\nafter");
    const empty = await town.start(town.workSpec({}));
    expect(await empty.event("exited")).toMatchObject({ ok: false, error_code: "unprocessable" });
  });

  test("each bead starts on the present target in the same folder; a new attempt keeps what the last one did", async () => {
    town = makeTown();
    const first = await town.start(
      town.workSpec(script("echo a > a.txt; git add -A; git commit -qm a; exit 3")),
    );
    expect(await first.event("exited")).toMatchObject({ ok: false });
    const old = town.git(town.repo, "rev-parse", "polecat/toast/gt-1");
    const moved = town.push("main", { "b.txt": "b\n" });

    // A model's work goes on, on top of the present target.
    const again = await town.start(
      town.workSpec(
        { attempt: 2 },
        {
          driver: shell("test -f a.txt && test -f b.txt && echo c > c.txt && git add -A && git commit -qm c"),
        },
      ),
    );
    const { head } = await again.event("submitted");
    expect(town.git(town.remote, "merge-base", "--is-ancestor", old, head)).toBe("");
    expect(town.git(town.remote, "merge-base", "--is-ancestor", moved, head)).toBe("");

    // A script starts over; the earlier head is in the archive.
    const over = await town.start(
      town.workSpec({
        ...script("test ! -e a.txt; echo d > d.txt; git add -A; git commit -qm d"),
        attempt: 3,
      }),
    );
    const submitted = await over.event("submitted");
    expect(submitted.commits).toBe(1);
    expect(town.git(town.repo, "for-each-ref", "--contains", head, "refs/gastown/archive/")).not.toBe("");
    expect(town.git(town.remote, "rev-parse", "polecat/toast/gt-1")).toBe(submitted.head);

    const other = await town.start(
      town.workSpec({
        bead: {
          id: "gt-2",
          title: "t",
          description: blocks("test ! -e d.txt; touch e; git add -A; git commit -qm e"),
        },
      }),
    );
    expect(await other.event("submitted")).toMatchObject({ branch: "polecat/toast/gt-2", commits: 1 });
    town.git(town.repo, "fsck", "--strict");
  });

  test("earlier work that conflicts with the target is kept aside and named to the agent", async () => {
    town = makeTown({ "a.txt": "one\n" });
    const first = await town.start(
      town.workSpec({}, { driver: shell("echo mine > a.txt; git commit -qam mine; exit 1") }),
    );
    await first.event("exited");
    const old = town.git(town.repo, "rev-parse", "polecat/toast/gt-1");
    town.push("main", { "a.txt": "theirs\n" });
    const again = await town.start(
      town.workSpec(
        { attempt: 2 },
        {
          driver: shell(
            'test "$(cat a.txt)" = theirs && git show "$GASTOWN_PREVIOUS:a.txt" > b.txt && git add -A && git commit -qm both',
          ),
        },
      ),
    );
    const { head } = await again.event("submitted");
    expect(town.git(town.remote, "show", `${head}:b.txt`)).toBe("mine");
    expect(
      town.git(town.repo, "rev-parse", `refs/gastown/archive/polecat/toast/gt-1/${old.slice(0, 12)}`),
    ).toBe(old);
  });

  test("what an agent plants is not run outside: hooks, configuration, filters, links, a repository in its folder", async () => {
    town = makeTown();
    const planted = join(town.root, "planted");
    const evil = join(town.root, "evil.sh");
    writeFileSync(evil, `#!/bin/sh\ntouch ${planted}\ncat\n`);
    chmodSync(evil, 0o755);
    const victim = join(town.root, "victim");
    writeFileSync(victim, "untouched\n");
    const plant = `
      admin=$(git rev-parse --git-dir)
      echo x > x.txt; git add -A; git commit -qm x
      echo '* filter=evil diff=evil merge=evil' > .gitattributes
      printf '[filter "evil"]\\n clean = ${evil}\\n smudge = ${evil}\\n[core]\\n fsmonitor = ${evil}\\n hooksPath = hooks\\n' > "$admin/config.worktree"
      mkdir -p fake/hooks nested "$HOME/fake"
      cp "$admin/config.worktree" "$HOME/.gitconfig"
      cp "$admin/config.worktree" fake/config
      ( cd nested && git init -q && cp "$admin/config.worktree" .git/config && git -c user.name=a -c user.email=b commit -q --allow-empty -m n ) || true
      git add nested 2>/dev/null || true
      echo "$HOME/fake" > "$admin/commondir"
      mkdir -p "$admin/logs"
      rm -f "$admin/logs/HEAD"; ln -s ${victim} "$admin/logs/HEAD"
      logs=${town.repo}/logs/refs/heads/polecat/toast
      rm -rf "$logs"/*; ln -s ${victim} "$logs/gt-1"; ln -s ${victim} "$logs/gt-2"
      printf 'gitdir: %s\\n' "$PWD/fake" > .git
      exit 1`;
    const first = await town.start(town.workSpec({}, { driver: shell(plant) }));
    expect(await first.event("exited")).toMatchObject({ ok: false });
    await first.event("snapshot");
    const next = await town.start(
      town.workSpec({
        bead: { id: "gt-2", title: "t", description: blocks("touch ok; git add -A; git commit -qm ok") },
      }),
    );
    expect(await next.event("exited")).toMatchObject({ ok: true });
    expect(existsSync(planted)).toBe(false);
    expect(readFileSync(victim, "utf8")).toBe("untouched\n");
  });

  test("a branch that somebody else pushed to is kept before it is replaced", async () => {
    town = makeTown();
    const theirs = town.push("polecat/toast/gt-1", { "theirs.txt": "x\n" });
    const run = await town.start(town.workSpec(script("touch mine; git add -A; git commit -qm mine")));
    const { head } = await run.event("submitted");
    expect(town.git(town.remote, "rev-parse", "polecat/toast/gt-1")).toBe(head);
    expect(town.git(town.repo, "for-each-ref", "--contains", theirs, "refs/gastown/archive/")).not.toBe("");
  });

  test("starts from what is known when the remote is away, and keeps the work when it stays away", async () => {
    town = makeTown();
    const spec = town.workSpec(script("touch a; git add -A; git commit -qm a"));
    town.git(town.repo, "remote", "set-url", "origin", join(town.root, "gone.git"));
    const run = await town.start(spec);
    expect(await run.event("exited")).toMatchObject({ ok: false, error_code: "remote_unreachable" });
    expect((await run.event("snapshot")).commit).toBe(town.git(town.repo, "rev-parse", "polecat/toast/gt-1"));
    expect(run.events().some(event => event.type === "note" && event.text.includes("last known main"))).toBe(
      true,
    );
  });

  test("a target that the remote lacks, and a repository that is none, say so", async () => {
    town = makeTown();
    const target = await town.start(town.workSpec({ ...script("true"), target: "trunk" }));
    expect(await target.event("exited")).toMatchObject({ ok: false, error_code: "not_found" });
    const repo = await town.start(town.workSpec({ ...script("true"), repo: join(town.root, "no-repo.git") }));
    expect((await repo.event("exited")).ok).toBe(false);
  });

  test("the relay reaches the gateway from inside, and secrets stay off argument vectors and disk", async () => {
    town = makeTown();
    const seen: (string | null)[] = [];
    const gateway = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: request => {
        seen.push(request.headers.get("authorization"));
        return Response.json({ from: "gateway" });
      },
    });
    const secret = `sk-${crypto.randomUUID()}`;
    try {
      const run = await town.start(
        town.workSpec(
          {},
          { driver: shell('gt get /agent/api/v1/beads; test -n "$MODEL_KEY" && echo ready; sleep 300') },
        ),
        { secrets: { gateway_url: `http://127.0.0.1:${gateway.port}`, env: { MODEL_KEY: secret } } },
      );
      await until("the agent has what it needs", () => run.recording().includes("ready"));
      expect(run.recording()).toContain("gateway");
      expect(seen).toEqual([`Bearer ${TOKEN}`]);
      const arguments_ = Bun.spawnSync(["ps", "-eo", "args"]).stdout.toString();
      const files = Bun.spawnSync([
        "grep",
        "-rlF",
        "-e",
        secret,
        "-e",
        TOKEN,
        join(town.root, "town"),
      ]).stdout.toString();
      for (const word of [secret, TOKEN]) expect(arguments_.includes(word)).toBe(false);
      expect(files).toBe("");
    } finally {
      await gateway.stop(true);
    }
  });
});

describeWith("isolation", "agent CLIs by preset", () => {
  test("get their prompt, home, model and keys; their words and usage are read", async () => {
    town = makeTown();
    const bin = join(town.root, "user/.local/bin");
    mkdirSync(bin, { recursive: true });
    const fake = `#!/bin/bash
      [ "$1" = -p ] && prompt=$2
      printf '%s\\n' "$prompt" > prompt.txt
      echo "$HOME $ANTHROPIC_API_KEY \${*: -2}" > seen.txt
      test -f "$HOME/.claude/settings.json" || exit 9
      git add -A; git commit -qm done
      echo '{"type":"assistant","message":{"content":[{"type":"text","text":"I did it."}]}}'
      echo '{"type":"result","total_cost_usd":0.5,"usage":{"input_tokens":11,"output_tokens":7}}'
      gt done`;
    writeFileSync(join(bin, "claude"), fake);
    chmodSync(join(bin, "claude"), 0o755);
    const prompt = 'Do "this" and `that`,\nwith $HOME in it.';
    const spec = town.workSpec(
      { prompt },
      { driver: { kind: "exec", preset: "claude", model: "opus", extra_args: [] } },
    );
    const run = await town.start(spec, {
      env: { PATH: `${bin}:${process.env.PATH}`, HOME: join(town.root, "user") },
      secrets: { env: { ANTHROPIC_API_KEY: "sk-test" } },
    });
    const { head } = await run.event("submitted");
    expect(await run.event("exited")).toMatchObject({ ok: true });
    expect(town.git(town.remote, "show", `${head}:prompt.txt`)).toBe(prompt);
    expect(town.git(town.remote, "show", `${head}:seen.txt`)).toBe(`${spec.home} sk-test --model opus`);
    expect(run.events()).toContainEqual(
      expect.objectContaining({ type: "usage", input_tokens: 11, output_tokens: 7, cost_usd: 0.5 }),
    );
    expect(run.recording()).toContain("I did it.");
    expect(run.recording()).not.toContain("total_cost_usd");
  });

  test("one that is not installed is named with how to get it", async () => {
    town = makeTown();
    const driver = { kind: "exec" as const, preset: "codex", extra_args: [], program: undefined };
    const { program: _, ...exec } = driver;
    const run = await town.start(town.workSpec({}, { driver: exec }), { env: { PATH: "/usr/bin:/bin" } });
    const exited = await run.event("exited");
    expect(exited).toMatchObject({ ok: false, error_code: "command_not_found" });
    expect(exited.reason).toContain("npm install -g @openai/codex");
    expect(existsSync(dirname(run.spec.job.worktree))).toBe(false);
  });
});

describeWith("isolation", "what is kept of odd work", () => {
  test("files of a repository inside of the worktree are kept, and must be dealt with before a submission", async () => {
    town = makeTown();
    const make = "git init -q inner; echo i > inner/i.txt; git -C inner add -A; git -C inner commit -qm i";
    const run = await town.start(
      town.workSpec({}, { driver: shell(`${make}; touch a; git add a; git commit -qm a; gt done`) }),
    );
    expect(await run.event("exited")).toMatchObject({ ok: false });
    expect(run.recording()).toContain("Uncommitted changes: inner/i.txt.");
    const kept = await run.event("snapshot");
    expect(town.git(town.repo, "show", `${kept.commit}:inner/i.txt`)).toBe("i");
  });

  test("a stop while the remote does not answer does not wait for it", async () => {
    town = makeTown();
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    town.git(town.repo, "remote", "set-url", "origin", `http://127.0.0.1:${silent.port}/x.git`);
    const run = await town.start(town.workSpec(script("true")));
    await until("the control socket answers", async () => (await run.client.status.get()).error === null);
    await run.client.stop.post({ reason: "no patience", grace_ms: 0 });
    expect(await run.event("exited")).toMatchObject({ ok: false, reason: "no patience" });
    silent.stop(true);
  });
});
