/** The past of beads through a running town: read, taken back and restored by a person and by an agent, with `bd`. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readGatewayFile, readOwnerToken } from "../../runtime/cli/lib/town-folder.ts";
import { type Outcome, type Playground, playground, processesUnder, until } from "../helpers/gastown.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);

let place: Playground;
let town: string;

beforeAll(async () => {
  place = playground("past");
  town = join(place.dir, "town");
  const remote = await seededRemote(place);
  const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
  await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
  const added = await gt("rig", "add", "web", remote, "--prefix", "web", "--agent", "script");
  expect(added).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await gt("stop", "--agents");
  const left = processesUnder(town);
  await place[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

function gt(...args: string[]): Promise<Outcome> {
  return place.run(["gt", ...args, "--json"], { env: { GASTOWN_TOWN: town } });
}

/** `bd` as the town's owner, over the town. */
function bd(...args: string[]): Promise<Outcome> {
  const gateway = readGatewayFile(town);
  const env = {
    GASTOWN_API: gateway?.url ?? "",
    GASTOWN_TOKEN: readOwnerToken(town),
    GASTOWN_TOWN: gateway?.town ?? "",
    GASTOWN_RIG: "web",
  };
  return place.run(["bd", ...args, "--json"], { env });
}

async function json(...args: string[]) {
  const { code, stdout, stderr } = await bd(...args);
  expect([args, code, stderr]).toEqual([args, 0, ""]);
  return JSON.parse(stdout);
}

/** `bd` in the repository of the rig, beside the town. */
async function alone(...args: string[]) {
  const { stdout } = await place.run(["bd", "-C", join(town, "rigs/web.git"), ...args, "--json"]);
  return JSON.parse(stdout);
}

test("a person reads the history, takes his last change back, and restores what was deleted", async () => {
  const { id } = await json("create", "Draft", "-d", "first words");
  await json("update", id, "--title", "Final", "--add-label", "web");
  const history = await json("history", id);
  expect(history).toEqual(await alone("history", id));
  expect(history.map((version: { Issue: { title: string } }) => version.Issue.title)).toEqual([
    "Final",
    "Draft",
  ]);
  const [past] = await json("show", id, "--as-of", history[1].CommitHash);
  expect(past).toMatchObject({ id, title: "Draft" });
  expect(past.labels).toBeUndefined();

  const head = await place.git(join(town, "rigs/web.git"), "rev-parse", "beads");
  expect((await json("undo", "--dry-run")).issues).toEqual([id]);
  expect(await place.git(join(town, "rigs/web.git"), "rev-parse", "beads")).toBe(head);
  expect(await json("undo")).toMatchObject({ commit: history[0].CommitHash, reverted: [id], conflicts: [] });
  const [undone] = await json("show", id);
  expect(undone).toMatchObject({ title: "Draft", description: "first words" });
  expect(undone.labels).toBeUndefined();
  const log = await place.git(join(town, "rigs/web.git"), "log", "-1", "--format=%s", "beads");
  expect(log).toStartWith(`Undo ${history[0].CommitHash.slice(0, 12)}: `);

  expect(await json("restore", id, "--to", history[0].CommitHash)).toMatchObject({ title: "Final" });
  await json("comment", id, "stays");
  await json("delete", id, "--force");
  expect((await bd("show", id)).code).toBe(1);
  expect((await json("history", id))[0].Issue).toBeNull();
  expect(await json("restore", id)).toMatchObject({ id, title: "Final", labels: ["web"] });
  expect((await json("comments", id)).map((comment: { text: string }) => comment.text)).toEqual(["stays"]);
  await json("close", id, "-r", "done");
  await json("undo");
  expect((await json("list", "--id", id))[0]).toMatchObject({ status: "open" });

  const nobody = await bd("history", "web-none");
  expect([nobody.code, JSON.parse(nobody.stdout).error]).toEqual([1, expect.stringContaining("web-none")]);
});

test("what was changed again since is left alone, and so is what the town did", async () => {
  const { id } = await json("create", "Contested", "-d", "```sh\ntrue\n```");
  await json("update", id, "-p", "1");
  const [{ CommitHash: commit }] = await json("history", id);
  await json("update", id, "-p", "3");
  const refused = await bd("undo", commit);
  expect([refused.code, JSON.parse(refused.stdout).conflicts]).toEqual([1, [{ id, fields: ["priority"] }]]);
  expect((await json("show", id))[0].priority).toBe(3);
  await gt("pause");
  expect(await gt("sling", id)).toMatchObject({ code: 0, stderr: "" });
  // The slinging is the town's; the last change that can be taken back is the one before.
  expect(await json("undo")).toMatchObject({ reverted: [id] });
  const [bead] = await json("show", id);
  expect(bead).toMatchObject({ priority: 1, labels: ["gt:slung"], metadata: { work: expect.anything() } });
  await gt("unsling", id);
  await gt("resume");
});

test("an agent takes its own words back, and nobody else's", async () => {
  const { id: other } = await json("create", "Not its own", "-d", "x");
  const [{ CommitHash: theirs }] = await json("history", other);
  const script = [
    "echo x > file && git add -A && git commit -qm file",
    'bd note "$GASTOWN_BEAD" right > /dev/null',
    'bd note "$GASTOWN_BEAD" wrong > /dev/null',
    'bd undo --json > "$HOME/undo" 2>&1',
    'bd show "$GASTOWN_BEAD" --json > "$HOME/after"',
    'bd history "$GASTOWN_BEAD" --json > "$HOME/history"',
    `bd undo ${theirs} --json > "$HOME/theirs" 2>/dev/null && exit 9`,
    `bd restore ${other} --to ${theirs} --json > "$HOME/restore" 2>/dev/null && exit 9`,
    "true",
  ].join("\n");
  const { id } = await json("create", "With words", "-d", `\`\`\`sh\n${script}\n\`\`\``);
  await gt("sling", id);
  await until(`${id} is merged`, async () => {
    const [found] = await json("show", id);
    if (found.status === "failed") throw new Error(JSON.stringify(found.metadata.work.last_failure));
    return found.status === "closed";
  });
  const read = (name: string) => JSON.parse(readFileSync(join(town, "agents/web/toast/home", name), "utf8"));
  expect(read("undo")).toMatchObject({ reverted: [id], conflicts: [] });
  expect(read("after")[0]).toMatchObject({ id, notes: "right" });
  expect(read("history").length).toBeGreaterThan(3);
  expect(read("theirs").error).toContain("may not do bead.undo");
  expect(read("restore").error).toContain("may not do bead.restore");
});
