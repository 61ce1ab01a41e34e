/** The Worker that a user deploys, through its public API: beads, sync with a git server, events, sign-in, refusals. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Bead } from "../../store/schema/bead.ts";
import { describeWith } from "../helpers/needs.ts";
import { serveGit } from "../sync/support/http-server.ts";
import { bareRemote, git, gitEnv, seededRemote, tempDir } from "../sync/support/repositories.ts";
import { type Deployment, deploy, OWNER_TOKEN, wranglerConfig } from "./deployment.ts";

const town = "/api/v1/towns/demo";

describeWith("workerd", "the Worker", () => {
  let gastown: Deployment;
  beforeAll(async () => {
    gastown = await deploy({ TOWNS: { demo: {} } });
  });
  afterAll(() => gastown.close());

  const fileBead = (on: Deployment, bead: object): Promise<Bead> => on.json("POST", `${town}/beads`, bead);

  describe("wrangler.jsonc", () => {
    test("every object that is bound has a class in the bundle and a migration that gives it SQLite", async () => {
      const { durable_objects, migrations, main } = wranglerConfig();
      const classes = durable_objects.bindings.map(each => each.class_name).sort();
      expect(migrations.flatMap(each => each.new_sqlite_classes).sort()).toEqual(classes);
      const source = await Bun.file(join(import.meta.dir, "../../runtime/hosts/cloudflare", main)).text();
      for (const name of classes) expect(source).toContain(`export class ${name} `);
    });
  });

  describe("the API", () => {
    test("answers who it is, and nobody without credentials", async () => {
      expect(await (await fetch(`${gastown.url}/healthz`)).json()).toMatchObject({ ok: true });
      expect((await fetch(`${gastown.url}${town}/beads`)).status).toBe(401);
      const wrong = await fetch(`${gastown.url}${town}/beads`, { headers: { authorization: "Bearer no" } });
      expect(wrong.status).toBe(401);
      expect((await gastown.request("GET", "/api/v1/towns/nowhere/beads")).status).toBe(404);
    });

    test("a deployment without secrets says which, and shows none", async () => {
      const bare = await deploy({ OWNER_TOKEN: "short", SIGNING_KEY: "" });
      try {
        const response = await bare.request("GET", town);
        expect(response.status).toBe(400);
        const text = await response.text();
        expect(text).toContain("OWNER_TOKEN");
        expect(text).toContain("SIGNING_KEY");
        expect(text).not.toContain("short");
      } finally {
        await bare.close();
      }
    });

    test("files, finds, changes and closes beads, and has them after a restart", async () => {
      const one = await fileBead(gastown, { title: "first light", labels: ["dawn"] });
      const two = await fileBead(gastown, { title: "second wind" });
      expect(one.id).toMatch(/^hq-/);
      await gastown.json("POST", `${town}/beads/${two.id}/dependencies`, { depends_on: one.id });
      await gastown.json("PATCH", `${town}/beads/${one.id}`, { notes: "it was bright" });
      await gastown.restart();
      expect(await gastown.json("GET", `${town}/beads?text=bright`)).toMatchObject([
        { id: one.id, labels: ["dawn"], notes: "it was bright" },
      ]);
      expect(await gastown.json("GET", `${town}/beads/${two.id}`)).toMatchObject({ blocked_by: [one.id] });
      await gastown.json("POST", `${town}/beads/${one.id}/close`, {});
      expect(await gastown.json("GET", `${town}/beads/${two.id}`)).toMatchObject({ blocked_by: [] });
      // More values than the platform takes with a statement, and more conditions than its SQLite takes.
      const many = (key: string) => Array.from({ length: 150 }, (_, i) => `${key}=l${i}`).join("&");
      expect(await gastown.json("GET", `${town}/beads?status=open&${many("status")}`)).toHaveLength(1);
      expect((await gastown.request("GET", `${town}/beads?${many("labels")}`)).status).toBe(413);
    });

    test("a bucket is a repository that git reads", async () => {
      await fileBead(gastown, { title: "to be copied" });
      const copy = join(tempDir(), "hq.git");
      await gastown.copyBucket("demo/hq.git", copy);
      expect(git(copy, "fsck", "--strict", "--full")).not.toMatch(/error|missing|dangling commit/);
      expect(git(copy, "log", "--format=%s", "-1", "beads")).toContain("to be copied");
    });

    test("agents cannot be run, and that is said with what to do instead", async () => {
      const stop = await gastown.request("POST", `${town}/stop`, {});
      expect(stop.status).toBe(501);
      expect(await stop.json()).toMatchObject({
        code: "not_supported",
        hint: expect.stringContaining("gt start"),
      });
      const rig = await gastown.request("POST", `${town}/rigs`, {
        name: "local",
        git_url: "/somewhere/on/disk",
        prefix: "lo",
      });
      expect(await rig.json()).toMatchObject({
        code: "not_supported",
        hint: expect.stringContaining("https://"),
      });
    });

    test("the dashboard's files come with the gateway's headers", async () => {
      const page = await fetch(gastown.url);
      expect(await page.text()).toContain("<title>Gastown</title>");
      expect(page.headers.get("content-security-policy")).toContain("default-src");
      const script = await fetch(`${gastown.url}/assets/main-0123abcd.js`);
      expect(script.headers.get("cache-control")).toContain("immutable");
      expect((await fetch(`${gastown.url}/assets/none.js`)).status).toBe(404);
    });
  });

  test("gt works with it, named by its address", async () => {
    const bead = await fileBead(gastown, { title: "seen from a terminal" });
    const entry = join(import.meta.dir, "../../runtime/cli/gt.ts");
    const child = Bun.spawn([process.execPath, entry, "bead", "list", "--json"], {
      cwd: tempDir(),
      env: {
        PATH: process.env.PATH ?? "",
        GASTOWN_TOWN: `${gastown.url}/demo`,
        GASTOWN_OWNER_TOKEN: OWNER_TOKEN,
      },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect({ code: await child.exited, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(bead.id);
  });

  describe("a browser", () => {
    test("signs in once by a link, and hears what happens over its socket", async () => {
      const { token } = await gastown.json<{ token: string }>("POST", "/api/v1/auth/sign-in-links");
      const open = () => fetch(`${gastown.url}/?token=${token}`, { redirect: "manual" });
      const first = await open();
      const cookie = first.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
      expect(cookie).not.toBe("");
      expect((await open()).headers.get("location")).toBe("/?sign-in=expired");

      const frames: { op: string }[] = [];
      const url = `${gastown.url.replace("http", "ws")}${town}/socket`;
      const socket = new WebSocket(url, { headers: { cookie, origin: gastown.url } } as never);
      const heard = (op: string) =>
        new Promise<void>(resolve => {
          socket.addEventListener("message", ({ data }) => {
            const frame = JSON.parse(String(data));
            frames.push(frame);
            if (frame.op === op) resolve();
          });
        });
      await new Promise((resolve, reject) => {
        socket.addEventListener("open", resolve);
        socket.addEventListener("close", reject);
      });
      const subscribed = heard("subscribed");
      socket.send(JSON.stringify({ op: "subscribe", since: 0 }));
      await subscribed;
      const changed = heard("changed");
      const bead = await fileBead(gastown, { title: "heard of" });
      await changed;
      expect(JSON.stringify(frames)).toContain(bead.id);
      socket.close();
    });
  });

  describe("sync with a git server", () => {
    test("beads go out and come in; a clone is whole; a remote that fails is named", async () => {
      const remote = bareRemote();
      const server = serveGit(remote);
      server.login = { username: "ada", password: "secret-of-the-tests" };
      const credentials = { [new URL(server.url).origin]: server.login };
      const synced = await deploy({ TOWNS: { demo: { remote: server.url } }, GIT_CREDENTIALS: credentials });
      try {
        const out = await fileBead(synced, { title: "made in an object" });
        expect(await synced.json("POST", `${town}/sync`, {})).toMatchObject({
          stores: [{ store: "hq", ok: true, url: server.url }],
        });
        const clone = join(tempDir(), "clone");
        git(remote, "clone", "--quiet", "--branch", "beads", remote, clone);
        expect(git(clone, "fsck", "--strict", "--full")).not.toMatch(/error|missing/);
        expect(git(clone, "grep", "--name-only", "made in an object", "HEAD", "--")).toContain(out.id);

        const bd = (...args: string[]) => runBd(clone, args);
        await bd("create", "made on a laptop");
        await bd("update", out.id, "--notes", "seen on a laptop");
        git(clone, "push", "--quiet", remote, "beads:beads");
        await fileBead(synced, { title: "made meanwhile" });
        await synced.schedule();
        expect(await synced.json("GET", `${town}/beads?text=laptop`)).toHaveLength(2);
        expect(git(remote, "grep", "-c", "made meanwhile", "beads")).toContain(":");
        expect(git(remote, "fsck", "--strict", "--full")).not.toMatch(/error|missing/);

        server.status = 503;
        expect(await synced.json("POST", `${town}/sync`, {})).toMatchObject({
          stores: [{ store: "hq", ok: false, error: { code: "remote_unreachable" } }],
        });
        expect(JSON.stringify(server.requests)).not.toContain("secret-of-the-tests");
      } finally {
        await synced.close();
      }
    });

    test("a rig brings its beads, and what is slung there says why it cannot start", async () => {
      const remote = seededRemote();
      const { url } = serveGit(remote);
      const rig = { name: "sample", git_url: url, prefix: "sa", settings: { driver: { kind: "script" } } };
      expect(await gastown.json("POST", `${town}/rigs`, rig)).toMatchObject({
        name: "sample",
        state: "ready",
      });
      const description = "```sh\ntrue\n```";
      const bead = await fileBead(gastown, { title: "in the rig", rig: "sample", description });
      expect(bead.id).toMatch(/^sa-/);
      await gastown.json("POST", `${town}/sync`, {});
      expect(git(remote, "grep", "-c", "in the rig", "beads")).toContain(":");
      await gastown.restart();
      await gastown.json("POST", `${town}/sling`, { beads: [bead.id] });
      const end = Date.now() + 10_000;
      let seen = "";
      // The town, the agent and its container each have a turn in between.
      while (!seen.includes("no processes and no disk") && Date.now() < end) {
        seen = JSON.stringify(await gastown.json("GET", `${town}/beads/${bead.id}`));
        await Bun.sleep(20);
      }
      expect(seen).toContain("no processes and no disk");
    }, 30_000);
  });
});

async function runBd(cwd: string, args: readonly string[]): Promise<void> {
  const entry = join(import.meta.dir, "../../runtime/cli/bd.ts");
  const child = Bun.spawn([process.execPath, entry, ...args], {
    cwd,
    env: { ...gitEnv(cwd), LANG: "C.UTF-8" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`bd ${args.join(" ")}: ${out}${err}`);
}
