/** Defects of earlier trackers that only show with real processes of `bd`, by their numbers in `docs/defects.md`. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PATIENCE_MS, record, records, type Sandbox, sandbox } from "../cli-bd/bd.ts";

setDefaultTimeout(PATIENCE_MS);

let bd: Sandbox;
const start = async (options: Parameters<typeof sandbox>[0] = { prefix: "bd" }) => {
  bd = await sandbox(options);
  return bd;
};
afterEach(() => bd.remove());

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Processes that work in a folder or below it. */
function processesIn(folder: string): string[] {
  if (!existsSync("/proc/self/cwd")) {
    const { stdout } = Bun.spawnSync(["lsof", "-d", "cwd", "-F", "pn"]);
    return stdout
      .toString()
      .split("\n")
      .filter(line => line.startsWith(`n${folder}`));
  }
  return readdirSync("/proc").filter(pid => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });
}

describe("claims", () => {
  test("bd #3575, #4657, #4862: of processes that claim one bead at the same moment exactly one gets it, and the others hear who", async () => {
    await start();
    for (const round of upTo(3)) {
      const id = await bd.text("create", `Wanted ${round}`, "--silent");
      const runs = await Promise.all(
        upTo(8).map(i =>
          bd.run(["update", id, "--claim", "--json"], { env: { BEADS_ACTOR: `worker-${i}` } }),
        ),
      );
      const winners = upTo(8).filter(i => runs[i]?.code === 0);
      expect(winners).toHaveLength(1);
      const owner = `worker-${winners[0]}`;
      expect(records(await bd.json("show", id))[0]).toMatchObject({ assignee: owner, status: "in_progress" });
      for (const { code, stdout, stderr } of runs.filter(run => run.code !== 0)) {
        expect(code).toBe(1);
        expect(`${stdout}${stderr}`).toContain(owner);
      }
    }
  });

  test("bd #3570, #5998: processes that ask for the next ready bead at the same moment get different ones, also under one name", async () => {
    await start();
    for (const i of upTo(4)) await bd.text("create", `Job ${i}`, "--silent");
    const runs = await Promise.all(
      upTo(7).map(i =>
        bd.run(["ready", "--claim", "--json"], {
          env: { BEADS_ACTOR: i % 2 === 0 ? "same" : `worker-${i}` },
        }),
      ),
    );
    const got = runs.flatMap(({ stdout }) => records(JSON.parse(stdout)).map(({ id }) => String(id)));
    expect(runs.map(run => run.code)).toEqual(runs.map(() => 0));
    expect(got).toHaveLength(4);
    expect(new Set(got).size).toBe(4);
  });
});

describe("--json", () => {
  /** What only prints a text for agents or people to read. */
  const TEXTS = ["prime", "quickstart", "human", "audit", "completion"];

  test("bd #2451, #2503, #2506, #2514, #202: every command answers one JSON document and nothing else, wherever the flag stands", async () => {
    await start();
    const id = await bd.text("create", "A bead", "--silent");
    const listed = (await bd.text("--help"))
      .split("\n")
      .flatMap(line => /^ {2}([a-z][a-z-]*) {2,}/.exec(line)?.[1] ?? []);
    expect(listed.length).toBeGreaterThan(60);
    const looks = [
      ...["info", "list", "ready", "blocked", "status", "count", "stale", "lint", "orphans", "duplicates"],
      ...["find-duplicates", "types", "statuses", "graph", "memories", "where", "context", "ping", "doctor"],
      ...["version", "deleted", "diff", "export", "search bead", "query status=open", "config list"],
      ...["kv list", "epic status", "formula list", "mol list", "gate list", "swarm list", "hooks list"],
      ...[`show ${id}`, `history ${id}`, `children ${id}`, `dep list ${id}`, `dep tree ${id}`],
      ...[`comments ${id}`, `label list ${id}`, `state ${id}`, "sync --status", "list --status closed"],
      ...["show bd-none", "list --nonsense", "update bd-none --title x", "close bd-none", "nonsense"],
    ];
    for (const line of looks) {
      const words = line.split(" ");
      expect([line, TEXTS.includes(words[0] ?? "")]).toEqual([line, false]);
      const runs = await Promise.all([bd.run([...words, "--json"]), bd.run(["--json", ...words])]);
      const [after, before] = runs.map(({ code, stdout }) => {
        const lines = line === "export" ? stdout.trim().split("\n") : [stdout];
        return { line, code, documents: lines.map(text => typeof JSON.parse(text)) };
      });
      expect(after).toEqual({ line, code: after?.code ?? -1, documents: ["object"] });
      expect(before).toEqual(after!);
    }
  });

  test("bd #5054, #5687, opencode-beads#64: lists are arrays also when they are empty, and a change answers what it changed", async () => {
    await start();
    for (const command of ["list", "ready", "blocked", "stale", "search nothing", "query status=closed"]) {
      expect([command, await bd.json(...command.split(" "))]).toEqual([command, []]);
    }
    const made = record(await bd.json("create", "One"));
    const id = String(made.id);
    expect(records(await bd.json("update", id, "--priority", "0"))).toMatchObject([{ id, priority: 0 }]);
    expect(records(await bd.json("close", id))).toMatchObject([{ id, status: "closed" }]);
  });
});

describe("beginnings", () => {
  test("bd #720: first commands of many processes without an index build it once each wants it, and all answer the same", async () => {
    await start();
    const ids = [];
    for (const i of upTo(5)) ids.push(await bd.text("create", `Bead ${i}`, "--silent"));
    for (const name of ["index.db", "index.sqlite", "beads.db"])
      rmSync(join(bd.cwd, ".beads", name), { force: true });
    rmSync(join(bd.cwd, ".git/gastown"), { recursive: true, force: true });
    const runs = await Promise.all(upTo(8).map(() => bd.run(["list", "--json"])));
    for (const run of runs) {
      expect([run.code, run.stderr]).toEqual([0, ""]);
      expect(
        records(JSON.parse(run.stdout))
          .map(bead => bead.id)
          .sort(),
      ).toEqual([...ids].sort());
    }
  });

  test("bd #720: begun by many processes at once, there is one store, and nobody's bead is lost", async () => {
    await start({});
    const inits = await Promise.all(upTo(6).map(() => bd.run(["init", "--prefix", "bd", "--quiet"])));
    expect(inits.some(run => run.code === 0)).toBe(true);
    const made = await Promise.all(upTo(6).map(i => bd.run(["create", `Bead ${i}`, "--silent"])));
    expect(made.map(run => run.code)).toEqual(made.map(() => 0));
    expect(records(await bd.json("list"))).toHaveLength(6);
    bd.git("fsck", "--strict");
  });
});

describe("a branch that somebody deleted", () => {
  test("bd 8-1, 8-10: is no empty store: every command says how to have it back, and a beginning does not go over it", async () => {
    await start();
    const id = await bd.text("create", "Dear to us", "--silent");
    const head = bd.git("rev-parse", "beads").trim();
    bd.git("branch", "-D", "beads");
    for (const words of [["list"], ["create", "Another"], ["ready", "--json"], ["init", "--prefix", "bd"]]) {
      const { code, stdout, stderr } = await bd.run(words);
      expect([words, code === 0]).toEqual([words, false]);
      expect(`${stdout}${stderr}`).toContain(`update-ref refs/heads/beads ${head}`);
    }
    expect(bd.git("for-each-ref", "refs/heads")).toBe("");
    bd.git("update-ref", "refs/heads/beads", head);
    expect(records(await bd.json("list")).map(bead => bead.id)).toEqual([id]);
    bd.git("branch", "-D", "beads");
    await bd.text("init", "--prefix", "bd", "--reinit-local");
    expect(await bd.json("list")).toEqual([]);
  });
});

describe("other people's files", () => {
  test("bd #3931, #4135: a change writes no line of a tracked issues.jsonl, and drops none", async () => {
    await start();
    const file = join(bd.cwd, ".beads/issues.jsonl");
    const foreign = '{"id":"bd-foreign","title":"of somebody with another version","status":"open"}\n';
    writeFileSync(file, foreign);
    const id = await bd.text("create", "Mine", "--silent");
    await bd.text("close", id);
    await bd.json("list");
    expect(readFileSync(file, "utf8")).toBe(foreign);
  });

  test("bd #254, #1120, #1710, #483, opencode-beads#83, kanopi#61: a beginning leaves hooks, settings of git, agents' files and the work tree alone", async () => {
    await start({});
    writeFileSync(join(bd.cwd, "AGENTS.md"), "ours\n");
    bd.git("add", "-A");
    bd.git("commit", "-q", "-m", "first");
    const hooks = () => readdirSync(join(bd.cwd, ".git/hooks")).sort();
    const config = readFileSync(join(bd.cwd, ".git/config"), "utf8");
    const before = hooks();
    await bd.text("init", "--prefix", "bd");
    await bd.text("create", "One", "--silent");
    expect(bd.git("status", "--porcelain")).toBe("");
    expect(hooks()).toEqual(before);
    expect(readFileSync(join(bd.cwd, ".git/config"), "utf8")).toBe(config);
    expect(readFileSync(join(bd.cwd, "AGENTS.md"), "utf8")).toBe("ours\n");
    for (const name of ["CLAUDE.md", ".claude", ".gitattributes", ".gitignore"])
      expect(existsSync(join(bd.cwd, name))).toBe(false);
  });

  test("bd #1380: what a person wrote into a hook stays through installing again and taking away", async () => {
    await start();
    const hook = join(bd.cwd, ".git/hooks/pre-push");
    writeFileSync(hook, "#!/bin/sh\necho mine before\n", { mode: 0o755 });
    await bd.text("hooks", "install");
    writeFileSync(hook, `${readFileSync(hook, "utf8")}echo mine after\n`);
    await bd.text("hooks", "install");
    const text = readFileSync(hook, "utf8");
    expect(text).toContain("mine before");
    expect(text).toContain("mine after");
    expect(statSync(hook).mode & 0o111).not.toBe(0);
    await bd.text("hooks", "uninstall");
    expect(readFileSync(hook, "utf8")).toBe("#!/bin/sh\necho mine before\necho mine after\n");
  });
});

test("bd #171, #243, #278, #1344, #1352, #1515, #438, rs#114: a command leaves no process behind, and waits for none", async () => {
  await start();
  const id = await bd.text("create", "One", "--silent");
  await bd.text("sync");
  await bd.text("close", id);
  expect(processesIn(process.cwd())).not.toEqual([]);
  expect(processesIn(bd.root)).toEqual([]);
  expect(readdirSync(join(bd.cwd, ".beads")).sort()).toEqual(["last-touched", "metadata.json"]);
});
