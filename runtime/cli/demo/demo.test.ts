import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";
import { git } from "./git.ts";
import { createLiveLines } from "./live-lines.ts";
import { ensureRemote } from "./remote.ts";
import { SAMPLE_BEADS } from "./sample.ts";
import { setUpFeatures } from "./setup.ts";

const root = mkdtempSync(join(tmpdir(), "gastown-demo-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const io = { env: { PATH: process.env.PATH, HOME: root } };

describe("the sample", () => {
  test("passes its tests, and takes all three features in any order", async () => {
    const town = join(root, "town");
    const remote = await ensureRemote(town, io);
    const work = join(root, "work");
    await git(root, io.env, "clone", "-q", remote, work);
    const bin = join(root, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "gt"), `#!/bin/sh\nshift\nexec "${process.execPath}" "$@"\n`, { mode: 0o755 });
    for (const { description } of [...SAMPLE_BEADS].reverse()) {
      const blocks = [...description.matchAll(/```sh\n([\s\S]*?)\n```/g)].map(match => match[1] ?? "");
      const env = { ...io.env, PATH: `${bin}:${io.env.PATH}`, ...identity };
      const script = Bun.spawn(["sh", "-eu", "-c", blocks.join("\n")], {
        cwd: work,
        env,
        stdout: "pipe",
        stderr: "pipe",
      });
      expect(await script.exited).toBe(0);
    }
    const tests = Bun.spawn([process.execPath, "test"], { cwd: work, stdout: "ignore", stderr: "pipe" });
    expect(await new Response(tests.stderr).text()).toContain("5 pass");
    expect((await git(work, io.env, "log", "--format=%s")).trim().split("\n")).toHaveLength(4);
  });

  test("is made once, and never half", async () => {
    const town = join(root, "other");
    mkdirSync(join(town, "remotes", ".making-1", "work"), { recursive: true });
    const first = await ensureRemote(town, io);
    const head = await git(first, io.env, "rev-parse", "main");
    expect(await ensureRemote(town, io)).toBe(first);
    expect(await git(first, io.env, "rev-parse", "main")).toBe(head);
    expect(readdirSync(join(town, "remotes"))).toEqual(["sample.git"]);
  });
});

describe("setting up", () => {
  interface Made {
    id: string;
    status: string;
    external_ref?: string;
  }

  /** A town that fails once, at the n-th change, having made it: as if killed before the next step. */
  function fakeTown(failAt: number) {
    const state = {
      rig: false,
      beads: [] as Made[],
      convoys: [] as { id: string; beads: string[] }[],
      slung: [] as string[],
    };
    let changes = 0;
    const change = () => {
      changes += 1;
      if (changes === failAt) throw new AppError("internal", "killed");
    };
    const view = (bead: Made) => ({
      title: bead.id,
      priority: 2,
      issue_type: "feature",
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:00.000Z",
      ...bead,
    });
    const convoyView = ({ id, beads }: { id: string; beads: string[] }) => ({
      id,
      title: "x",
      state: "open",
      total: 3,
      merged: 0,
      failed: 0,
      beads: beads.map(bead => ({ id: bead, title: "x", status: "open" })),
    });
    const rig = { name: "sample", prefix: "sa", git_url: "/r", path: "/p", settings: {}, state: "ready" };
    const town = async (method: string, args: Readonly<Record<string, unknown>>): Promise<unknown> => {
      if (method === "rigs") return state.rig ? [rig] : [];
      if (method === "beads") return state.beads.map(view);
      if (method === "convoys") return state.convoys.map(convoyView);
      if (method === "createBead") {
        const bead = {
          id: `sa-${state.beads.length + 1}`,
          status: "open",
          external_ref: String(args.external_ref),
        };
        state.beads.push(bead);
        change();
        return view(bead);
      }
      if (method === "createConvoy") {
        const convoy = { id: "hq-1", beads: args.beads as string[] };
        state.convoys.push(convoy);
        change();
        return convoyView(convoy);
      }
      if (method === "sling") {
        state.slung = args.beads as string[];
        for (const bead of state.beads) bead.status = "hooked";
        change();
        return { slung: [] };
      }
      throw new Error(method);
    };
    const addRig = async () => {
      state.rig = true;
      change();
    };
    return { state, deps: { by: "me", town, addRig, remote: async () => "/r", say: () => undefined } };
  }

  test("goes on after a failure at any step, and makes nothing twice", async () => {
    for (let failAt = 1; failAt <= 6; failAt += 1) {
      const { state, deps } = fakeTown(failAt);
      await setUpFeatures(deps).catch(() => undefined);
      const work = await setUpFeatures(deps);
      expect(state.beads.map(bead => bead.external_ref)).toEqual(SAMPLE_BEADS.map(bead => bead.key));
      expect(state.convoys).toHaveLength(1);
      expect(state.slung).toEqual(["sa-1", "sa-2", "sa-3"]);
      expect(work).toEqual({ beads: ["sa-1", "sa-2", "sa-3"], convoy: "hq-1" });
    }
  });
});

test("live lines are rewritten on a terminal, and written once when they change elsewhere", () => {
  const render = (isTty: boolean) => {
    let text = "";
    const lines = createLiveLines({
      isTty,
      columns: 20,
      write: part => {
        text += part;
      },
    });
    const line = (key: string, state: string) => ({
      key,
      text: `\x1b[1m${key}\x1b[0m ${state}`,
      plain: `${key} ${state}`,
    });
    lines.show([line("a", "one"), line("b", "one")]);
    lines.show([line("a", "one"), line("b", "two")]);
    lines.say("said");
    lines.show([line("a", "a very long state that is cut"), line("b", "two")]);
    return text;
  };
  expect(render(false)).toBe("a one\nb one\nb two\nsaid\na a very long state that is cut\n");
  const screen = render(true);
  expect(screen).toContain("\x1b[2A\x1b[J");
  expect(screen).toContain("a a very long stat…");
});

const identity = {
  GIT_AUTHOR_NAME: "t",
  GIT_AUTHOR_EMAIL: "t@example.com",
  GIT_COMMITTER_NAME: "t",
  GIT_COMMITTER_EMAIL: "t@example.com",
  GIT_CONFIG_GLOBAL: "/dev/null",
};
