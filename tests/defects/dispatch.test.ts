/** Defects of earlier systems around dispatch, attempts and liveness, by their numbers in `docs/defects.md`. */

import { describe, expect, test } from "bun:test";
import { repoOf } from "../../agent-sandbox/protocol/spec.ts";
import { instantSchema } from "../../store/schema/bead.ts";
import { AppError } from "../../store/schema/errors.ts";
import { readSatellite, SLUNG_LABEL } from "../../store/schema/satellite.ts";
import { refusal, withRig } from "../town/calls.ts";
import { checkAlways, checkEnd } from "../town/invariants.ts";
import { scriptOf } from "../town/scripts.ts";
import { TestTown } from "../town/test-town.ts";

const workRuns = (town: TestTown) => town.sandboxes.runs.filter(run => run.spec.job.kind === "work");

/** A town with these beads slung. */
async function slung(titles: readonly string[], town?: TestTown): Promise<[TestTown, string[]]> {
  const place = town ?? (await withRig());
  const ids = await place.file(titles);
  await place.call("sling", { beads: ids });
  return [place, ids];
}

describe("who is at work stays at work", () => {
  test("cli 3.4, 6.2-3: an agent that says nothing for a while is not harmed by the slinging of new work", async () => {
    const silent = new Set<string>();
    const town = await withRig({
      script:
        ({ remote }) =>
        spec => {
          const steps = scriptOf(remote, spec);
          if (spec.job.kind !== "work" || spec.job.bead.title !== "long build") return steps;
          silent.add(spec.run_id);
          const [started, ...rest] = steps;
          return started === undefined ? [] : [started, { after: 9 * 60_000, act: () => undefined }, ...rest];
        },
    });
    const [, [first = ""]] = await slung(["long build"], town);
    await town.host.advance(60_000);
    for (let i = 0; i < 4; i++) {
      await slung([`more ${i}`], town);
      await town.host.advance(60_000);
    }
    await town.settle();
    expect((await town.get(first)).status).toBe("closed");
    expect(silent.size).toBe(1);
    expect(readSatellite(await town.get(first), "work")?.attempt).toBe(1);
  });

  test("cloud #1358: a start that is reported as failed, and was none, makes no second worker", async () => {
    let lies = 0;
    const town = await TestTown.start({
      port: (kind, port) => ({
        call: async (name, method, args, meta) => {
          const answer = await port.call(name, method, args, meta);
          if (kind === "sandbox" && method === "start" && lies++ < 2) {
            throw new AppError("unavailable", "No answer in time.", { retryable: true });
          }
          return answer;
        },
      }),
    });
    await town.addRig();
    const [, ids] = await slung(["plain"], town);
    await town.settle();
    expect(lies).toBeGreaterThan(1);
    expect(workRuns(town)).toHaveLength(1);
    checkEnd(town, ids);
  });
});

describe("one worker for each bead", () => {
  test("cli 6.2-5, #2389, #866, #1752, 6.1: slung twice at the same moment, it is started once", async () => {
    const town = await withRig();
    const [id = ""] = await town.file(["plain"]);
    const answers = await Promise.all([1, 2, 3, 4].map(() => town.call("sling", { beads: [id] })));
    expect(answers).toHaveLength(4);
    await town.settle();
    expect(workRuns(town)).toHaveLength(1);
    checkEnd(town, [id]);
  });

  test("cli #2389, #866, #3114, 6.2-5: when an agent begins, its bead says so already, in the commit before", async () => {
    const seen: unknown[] = [];
    const holder: { town?: TestTown } = {};
    const town = await withRig({
      began: ({ spec }) => {
        if (spec.job.kind !== "work") return;
        const { id } = spec.job.bead;
        const bead = holder.town?.all().find(one => one.id === id);
        seen.push([bead?.status, bead?.assignee, bead && readSatellite(bead, "work")?.attempt]);
      },
    });
    holder.town = town;
    const [, ids] = await slung(["plain", "crash(1)"], town);
    await town.settle();
    checkEnd(town, ids);
    const expected = [1, 1, 2].map(attempt => [
      expect.stringMatching(/^(hooked|in_progress)$/),
      expect.stringMatching(/^sample\//),
      attempt,
    ]);
    expect(seen).toEqual(expected);
  });

  test("cli #22, PR#1971: there are never more workers than beads, nor than the caps allow", async () => {
    const town = await withRig();
    await town.call("updateRig", { rig: "sample", settings: { max_polecats: 3 } });
    const [, ids] = await slung(["slow", "slow", "slow", "slow", "slow", "slow"], town);
    let most = 0;
    for (let i = 0; i < 100; i++) {
      await town.host.advance(5_000);
      most = Math.max(most, town.sandboxes.live.filter(run => run.spec.job.kind === "work").length);
    }
    expect(most).toBe(3);
    await town.settle();
    expect(workRuns(town)).toHaveLength(ids.length);
  });

  test("cli #2215: names that are given out together are different ones", async () => {
    const [town, ids] = await slung(["slow", "slow", "slow", "slow"]);
    await town.call("updateRig", { rig: "sample", settings: { max_polecats: 4 } });
    await town.host.advance(1_000);
    const agents = town.sandboxes.live.map(run => run.spec.agent.name);
    expect(new Set(agents).size).toBe(agents.length);
    expect(agents.length).toBeGreaterThan(1);
    await town.settle();
    checkEnd(town, ids);
  });

  test("cloud 9.1-14: an agent of one rig is never given the work of another", async () => {
    const town = await withRig();
    await town.addRig("other", "ot");
    const here = await town.file(["a", "b"], "sample");
    const there = await town.file(["c", "d"], "other");
    await town.call("sling", { beads: [...here, ...there] });
    await town.settle();
    for (const { spec } of town.sandboxes.runs) {
      const prefix = spec.agent.rig === "other" ? "ot-" : "sa-";
      expect(spec.job.bead.id.startsWith(prefix)).toBe(true);
      expect(repoOf(spec.job)).toBe(`/towns/demo/rigs/${spec.agent.rig}.git`);
    }
    checkEnd(town, [...here, ...there]);
  });
});

describe("attempts", () => {
  test("cloud 9.1-1, 9.1-2, #1653: starts that succeed forgive nothing, a crash loop ends at the cap with longer and longer pauses", async () => {
    const [town, [id = ""]] = await slung(["crash"]);
    await town.settle(48);
    const bead = await town.get(id);
    expect(bead.status).toBe("failed");
    expect(readSatellite(bead, "work")).toMatchObject({ attempt: 5, tries: 5 });
    const starts = workRuns(town).map(run => run.startedAt);
    const pauses = starts.slice(1).map((at, i) => at - (starts[i] ?? 0));
    expect(pauses[0]).toBeGreaterThan(15_000);
    expect(pauses[3] ?? 0).toBeGreaterThan(2 * (pauses[0] ?? 0));
  });

  test("cloud 9.1-3, cli 6.2-1: a session that ends in order without a submission is no success", async () => {
    const [town, [id = ""]] = await slung(["forget"]);
    await town.settle(48);
    const bead = await town.get(id);
    expect(bead.status).toBe("failed");
    expect(town.remote.pushes).toEqual([]);
    expect(readSatellite(bead, "work")?.last_failure?.text).toContain("without submitting");
  });

  test("cli 6.2-1: a submission of no commit, or of another bead, does not count", async () => {
    for (const lie of [{ commits: 0 }, { bead: "sa-other" }, { attempt: 7 }]) {
      const town = await withRig({
        script:
          ({ remote }) =>
          spec =>
            scriptOf(remote, spec).map(step =>
              "event" in step && step.event.type === "submitted" && spec.job.attempt === 1
                ? { ...step, event: { ...step.event, ...lie } }
                : step,
            ),
      });
      const [, [id = ""]] = await slung(["plain"], town);
      await town.settle();
      const bead = await town.get(id);
      expect(bead.status).toBe("closed");
      expect(readSatellite(bead, "work")).toMatchObject({ attempt: 2 });
      expect(town.all().filter(each => each.issue_type === "merge-request")).toHaveLength(1);
    }
  });

  test("cloud 9.1-25: nothing of one bead's failure is in the prompt of the next bead of the same agent", async () => {
    const [town, [first = ""]] = await slung(["gate(1) gate(2) gate(3) gate(4) gate(5)"]);
    await town.settle(48);
    expect((await town.get(first)).status).toBe("failed");
    await slung(["next"], town);
    await town.settle();
    const job = workRuns(town).at(-1)?.spec.job;
    expect(job?.kind === "work" && job.prompt).not.toContain("expected 1, got 2");
    expect(job?.bead.title).toBe("next");
  });

  test("cloud 9.1-16, #1428: work that is slung to a town at rest begins at once", async () => {
    const town = await withRig();
    await town.host.advance(6 * 3_600_000);
    const before = town.host.clock.now();
    await slung(["plain"], town);
    await town.host.drain();
    expect(workRuns(town).map(run => run.startedAt)).toEqual([before]);
  });

  test("cloud 6.5 A6, #1574, #1701: a bead whose agent is gone for good goes to another", async () => {
    const [town, ids] = await slung(["lose(1)"]);
    await town.settle(48);
    checkEnd(town, ids);
    expect((await town.get(ids[0] ?? "")).status).toBe("closed");
  });
});

describe("what is work, and what is not", () => {
  test("cli 6.2-17, #3800: messages, convoys, merge requests, agents and rigs are never dispatched", async () => {
    const [town] = await slung(["plain"]);
    const message = await town.call("createBead", { title: "hello", issue_type: "message" });
    await town.settle();
    await town.call("createConvoy", { title: "c", beads: [(await town.file(["x"]))[0]] });
    const others = town
      .all()
      .filter(bead => ["merge-request", "agent", "rig", "convoy"].includes(bead.issue_type));
    expect(new Set(others.map(bead => bead.issue_type)).size).toBe(4);
    for (const { id } of [message, ...others]) {
      const error = await refusal(town.call("sling", { beads: [id], rig: "sample" }));
      expect(error.code).toBe("invalid_argument");
      expect((await town.get(id)).labels ?? []).not.toContain(SLUNG_LABEL);
    }
  });

  test("cli 6.1, #4167: done work is not slung, and says to reopen it", async () => {
    const [town, [id = ""]] = await slung(["plain"]);
    await town.settle();
    const error = await refusal(town.call("sling", { beads: [id] }));
    expect(error.code).toBe("invalid_transition");
    expect(error.hint).toContain("reopen");
    expect(workRuns(town)).toHaveLength(1);
  });

  test("cloud #2374: resetting or stopping an agent opens nothing that has ended", async () => {
    const [town, [id = ""]] = await slung(["plain"]);
    await town.settle();
    const { assignee } = await town.get(id);
    const agent = assignee ?? workRuns(town)[0]?.spec.container.replace("demo/", "") ?? "";
    await town.call("agentReset" as "view", { agent });
    await town.call("stopAgent" as "view", { agent });
    await town.settle();
    expect((await town.get(id)).status).toBe("closed");
    checkAlways(town);
  });
});

test("cli 3.10: adding a rig again that is parked is refused, and takes nothing away", async () => {
  const town = await withRig();
  await town.call("parkRig" as "view", { rig: "sample", parked: true });
  const error = await refusal(town.addRig());
  expect(error.code).toBe("already_exists");
  expect((await town.call("rigs")).map(rig => [rig.name, rig.state])).toEqual([["sample", "parked"]]);
});

describe("what is written down", () => {
  test("cloud #1364: what stays as it is is said once: a town that is stuck in many ways writes nothing more", async () => {
    const town = await TestTown.start({
      badUrls: { "/remotes/gone.git": new AppError("remote_unreachable", "no route", { retryable: true }) },
    });
    await town.addRig();
    await town.addRig("gone", "go").catch(() => undefined);
    const ids = await town.file(["crash", "missing", "targetgone", "deferred", "plain"]);
    await town.call("createConvoy", { title: "all", beads: ids });
    await town.call("sling", { beads: ids.slice(0, 4) });
    // Escalations that nobody takes go up three times, at the latest 24 hours after the first.
    await town.host.advance(3 * 86_400_000);
    const before = [town.commits, (await town.call("feed", { limit: 2_000 })).length];
    expect(town.all().filter(bead => bead.issue_type === "escalation").length).toBeGreaterThan(2);
    await town.host.advance(7 * 86_400_000);
    expect([town.commits, (await town.call("feed", { limit: 2_000 })).length]).toEqual(before);
    checkAlways(town);
  });

  test("cloud #1412: every time is written in one form, that sorts as text", async () => {
    const [town] = await slung(["gate(1)", "crash(1)"]);
    await town.settle();
    const texts = JSON.stringify(town.all()).match(/"\d{4}-\d\d-\d\d[T ][^"]*"/g) ?? [];
    expect(texts.length).toBeGreaterThan(40);
    for (const text of texts) expect(instantSchema.safeParse(JSON.parse(text)).success).toBe(true);
    expect(texts.every(text => text.endsWith('Z"'))).toBe(true);
  });

  test("cloud 9.1-24, 9.1-26: every end is in the history, and deleting a bead keeps its history", async () => {
    const [town, [id = ""]] = await slung(["plain"]);
    await town.settle();
    await town.call("deleteBead" as "view", { id });
    const events = (await town.ledger.events({ id })).map(event => event.type);
    expect(events).toContain("created");
    expect(events).toContain("closed");
    expect(events).toContain("deleted");
  });
});

test("cli 6.2-3: a look at a run that has just ended does not keep its agent from the next work", async () => {
  const town = await withRig();
  const ids = await town.file(["slow", "slow"]);
  await town.call("updateRig", { rig: "sample", settings: { max_polecats: 1 } });
  await town.call("sling", { beads: ids });
  await town.settle();
  checkEnd(town, ids);
  for (const id of ids) expect((await town.get(id)).status).toBe("closed");
});
