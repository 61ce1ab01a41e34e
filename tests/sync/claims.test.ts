/** Claims that are made known before they are reported. */
import { expect, test } from "bun:test";
import { type ClaimOutcome, pushClaim } from "../../store/sync/index.ts";
import { bareRemote, type Machine, machine, script } from "./support/repositories.ts";

const forever = new AbortController().signal;

/** As `bd update --claim` does it locally. */
async function claim(on: Machine, id: string, actor: string): Promise<void> {
  await on.store.transact({ actor }, tx => tx.update(id, { assignee: actor, status: "in_progress" }));
}

function push(on: Machine, id: string, actor: string, signal = forever): Promise<ClaimOutcome> {
  return pushClaim(on.store.branch, on.ports, {
    id,
    actor,
    signal,
    concede: winner => on.store.transact({ actor }, tx => tx.update(id, { assignee: winner })),
  });
}

test("the first of two machines that claim a bead gets it, and the second is told by whom it was taken", async () => {
  const remote = bareRemote();
  const a = await machine(remote);
  const id = await a.create("wanted");
  await a.sync();
  const b = await machine(remote, { empty: true });
  await claim(a, id, "ada");
  await claim(b, id, "bob");
  expect(await push(a, id, "ada")).toEqual({
    outcome: "shared",
    remote: "origin",
  });
  expect(await push(b, id, "bob")).toEqual({
    outcome: "lost",
    remote: "origin",
    winner: "ada",
  });
  await b.store.refresh();
  expect(await b.store.get(id)).toMatchObject({ assignee: "ada", status: "in_progress" });
  await a.sync();
  expect(await a.store.get(id)).toMatchObject({ assignee: "ada" });
});

test("of machines that claim at the same moment exactly one gets the bead", async () => {
  const remote = bareRemote();
  const first = await machine(remote);
  const id = await first.create("wanted");
  await first.sync();
  const others = [await machine(remote, { empty: true }), await machine(remote, { empty: true })];
  const outcomes = await Promise.all(
    [first, ...others].map(async (each, i) => {
      await claim(each, id, `actor-${i}`);
      return push(each, id, `actor-${i}`);
    }),
  );
  for (const each of [first, ...others]) await each.sync();
  for (const each of [first, ...others]) await each.sync();
  const shared = outcomes.flatMap((each, i) => (each.outcome === "shared" ? [`actor-${i}`] : []));
  expect(shared).toHaveLength(1);
  for (const each of [first, ...others]) expect((await each.store.get(id))?.assignee).toBe(shared[0] ?? "");
}, 60_000);

test("a claim that the remote has stays, even when another was made earlier and comes later", async () => {
  const remote = bareRemote();
  const a = await machine(remote);
  const id = await a.create("wanted");
  await a.sync();
  const b = await machine(remote, { empty: true });
  await claim(b, id, "bob");
  await claim(a, id, "ada");
  expect(await push(a, id, "ada")).toMatchObject({ outcome: "shared" });
  expect(await push(b, id, "bob")).toMatchObject({ outcome: "lost", winner: "ada" });
  await a.sync();
  await a.store.refresh();
  expect(await a.store.get(id)).toMatchObject({ assignee: "ada" });
});

test("a remote that does not answer in time leaves the claim local, and says so", async () => {
  const ssh = script("ssh", "#!/bin/sh\nexec sleep 60\n");
  const a = await machine("git@x.invalid:beads.git", { env: { GIT_SSH_COMMAND: ssh } });
  const id = await a.create("wanted");
  await claim(a, id, "ada");
  const outcome = await push(a, id, "ada", AbortSignal.timeout(200));
  expect(outcome.outcome).toBe("local");
  expect(outcome.outcome === "local" && outcome.error.code).toBe("cancelled");
  expect(await a.store.get(id)).toMatchObject({ assignee: "ada" });
});

test("without a remote the claim stands alone", async () => {
  const a = await machine(undefined);
  const id = await a.create("wanted");
  await claim(a, id, "ada");
  expect(await push(a, id, "ada")).toEqual({
    outcome: "alone",
  });
});
