/** Whatever somebody puts on the branch by hand is reported, breaks no command, and stays where it is. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";
import { beadPath } from "../../store/branch/layout.ts";
import { serializeBead } from "../../store/model/bead-file.ts";
import { git, useFolders } from "./repository.ts";

const folder = useFolders();
const ports = bunStorePorts({ PATH: process.env.PATH });
const origin = { actor: "ada" };

const at = "2026-01-01T00:00:00.000Z";
const bead = { title: "t", status: "open", priority: 1, issue_type: "task", created_at: at, updated_at: at };
const file = (value: unknown) => JSON.stringify(value);

/** Content by path, with what the report should say. */
const HOSTILE: readonly (readonly [path: string, content: string, reason: RegExp])[] = [
  [beadPath("gt-bad1"), "{ not json", /not valid JSON/],
  [beadPath("gt-bad2"), "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n", /conflict markers/],
  [beadPath("gt-bad3"), file({ ...bead, id: "gt-other" }), /its id is "gt-other"/],
  [beadPath("gt-bad4"), file([1, 2]), /not a JSON object/],
  [beadPath("gt-bad5"), file({ ...bead, id: "gt-bad5", priority: 9 }), /priority/],
  [beadPath("gt-bad6"), file({ ...bead, id: "gt-bad6", labels: "x" }), /labels/],
  [beadPath("gt-bad7"), file({ ...bead, id: "gt-bad7", dependencies: [{}] }), /dependencies/],
  [beadPath("gt-bad8"), file({ ...bead, id: "gt-bad8", created_at: "yesterday" }), /created_at/],
  [beadPath("gt-bad9"), file({ id: "gt-bad9", status: "tombstone" }), /tombstone/],
  ["beads/z/z/gt-misplaced.json", file({ ...bead, id: "gt-misplaced" }), /path/],
  ["beads/loose.json", "{}", /path/],
  ["beads/a/b/c/d/deep.json", "{}", /path/],
  ["beads/a/b/readme.txt", "hello", /path/],
  [
    beadPath("gt-huge"),
    `${file({ ...bead, id: "gt-huge" }).slice(0, -1)},"x":"${"y".repeat(17_000_000)}"}`,
    /larger/,
  ],
  [beadPath("gt-bomb"), "\0".repeat(70_000_000), /can not be read/],
  ["gastown.json", "{ broken", /gastown.json/],
];

test("hostile content", async () => {
  const dir = folder();
  git(dir, "init", "-q", "-b", "main");
  const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports });
  const { value: good } = await store.transact(origin, tx => tx.create({ title: "good" }).id);

  const work = folder();
  git(dir, "worktree", "add", "-q", work, "beads");
  for (const [path, content] of HOSTILE) await Bun.write(join(work, path), content);
  await Bun.write(
    join(work, beadPath("gt-hand")),
    serializeBead({ ...bead, id: "gt-hand", title: "by hand", strange: { a: [""] } }),
  );
  git(work, "add", "-A");
  await link(work, "120000", "/etc/passwd", beadPath("gt-link"));
  git(work, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},${beadPath("gt-module")}`);
  git(work, "commit", "-q", "-m", "by a person");

  const reasons = [
    ...HOSTILE.map(([path, , reason]) => [path, reason] as const),
    [beadPath("gt-link"), /symbolic link/] as const,
    [beadPath("gt-module"), /submodule/] as const,
  ];
  const check = async () => {
    const problems = new Map((await store.problems()).map(problem => [problem.path, problem.reason]));
    for (const [path, reason] of reasons) expect(`${path}: ${problems.get(path)}`).toMatch(reason);
    expect(problems.size).toBe(reasons.length);
    const ids = (await store.query({ sort: "id" })).map(each => each.id);
    expect(ids).toContain("gt-hand");
    expect(ids).toContain(good);
    expect((await store.get("gt-hand"))?.strange).toEqual({ a: [""] });
  };
  await check();
  await expect(
    store.transact(origin, tx => tx.create({ id: "gt-bad1", title: "over it" })),
  ).rejects.toMatchObject({
    code: "already_exists",
  });
  await store.transact(origin, tx => tx.update("gt-hand", { priority: 0 }));
  await store.transact(origin, tx => tx.create({ title: "more" }));
  expect((await store.get("gt-hand"))?.strange).toEqual({ a: [""] });
  await store.rebuildIndex();
  await check();
  expect(await store.verifyIndex()).toEqual([]);
  const tree = git(dir, "ls-tree", "-r", "--name-only", "beads");
  for (const [path] of reasons) expect(tree).toContain(path);

  // Once repaired, it is a bead.
  git(work, "reset", "-q", "--hard");
  writeFileSync(join(work, beadPath("gt-bad1")), file({ ...bead, id: "gt-bad1" }));
  git(work, "commit", "-q", "-a", "-m", "repaired");
  expect((await store.get("gt-bad1"))?.title).toBe("t");
  expect((await store.problems()).map(problem => problem.path)).not.toContain(beadPath("gt-bad1"));
  await store.close();
}, 30_000);

test("tree entries with a slash in their name", async () => {
  const dir = folder();
  git(dir, "init", "-q", "--bare");
  const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports });
  const { value: id } = await store.transact(origin, tx => tx.create({ title: "good" }).id);
  const blob = await hash(dir, "blob", file({ ...bead, id: "gt-xab" }));
  const tree = await hash(dir, "tree", `100644 ${beadPath("gt-xab")}\0`, Buffer.from(blob, "hex"));
  const commit = git(
    dir,
    "-c",
    "user.name=x",
    "-c",
    "user.email=x@y",
    "commit-tree",
    "-m",
    "trick",
    "-p",
    "beads",
    tree,
  ).trim();
  git(dir, "update-ref", "refs/heads/beads", commit);
  expect((await store.problems()).map(problem => problem.path)).toContain("beads%2Fa%2Fb%2Fgt-xab.json");
  expect(await store.get("gt-xab")).toBeUndefined();
  expect(await store.get(id)).toBeUndefined();
  await store.transact(origin, tx => tx.create({ title: "goes on" }));
  await store.close();
});

async function link(work: string, mode: string, target: string, path: string): Promise<void> {
  const oid = await hash(work, "blob", target);
  git(work, "update-index", "--add", "--cacheinfo", `${mode},${oid},${path}`);
}

async function hash(dir: string, type: string, ...parts: (string | Uint8Array)[]): Promise<string> {
  const child = Bun.spawn(["git", "hash-object", "-w", "--literally", "-t", type, "--stdin"], {
    cwd: dir,
    stdin: "pipe",
  });
  for (const part of parts) child.stdin.write(part);
  await child.stdin.end();
  return (await new Response(child.stdout).text()).trim();
}
