/** What befalls pull requests on the forge: checks, reviewers, people who merge or close them. */
import type { PullFacts } from "../../actors/ports.ts";
import type { FakePull } from "../town/fake-forge.ts";
import type { ForgeDeed } from "./plan.ts";
import type { Sim } from "./sim.ts";

/** Lets it happen to an open pull request; nothing when there is none. */
export function onForge(sim: Sim, deed: ForgeDeed, draw: number): void {
  const open = sim.town.forge.pulls.filter(({ facts }) => facts.state === "open");
  const pull = open[Math.floor(draw * open.length)];
  if (pull === undefined) return;
  sim.say(`pull request ${pull.number} of ${pull.branch}: ${deed}`);
  pull.facts = happened(sim, pull, deed);
}

/** Everything that is open may be merged. */
export function allGreen(sim: Sim): void {
  for (const pull of sim.town.forge.pulls) {
    if (pull.facts.state === "open") pull.facts = happened(sim, pull, "green");
  }
  for (const name of ["run 7"])
    sim.town.forge.facts.set(name, { kind: "run", status: "completed", conclusion: "success" });
}

function happened({ town, remotes }: Sim, pull: FakePull, deed: ForgeDeed): PullFacts {
  const { facts } = pull;
  switch (deed) {
    case "pending":
      return { ...facts, checks: "pending" };
    case "failed":
      return { ...facts, checks: "failed", failed: ["test"], mergeable: false };
    case "changes": {
      const feedback = { id: `${pull.number}.${town.forge.asked.length}`, text: "ada asks for changes" };
      return { ...facts, reviews: "changes_requested", feedback };
    }
    case "conflict":
      return { ...facts, conflict: true, mergeable: false };
    case "push": {
      const head = remotes.commit();
      remotes.pushedByPerson(pull.branch, head);
      return { ...facts, head };
    }
    case "close":
      return { ...facts, state: "closed", mergeable: false };
    case "merge": {
      // The rig of the branch is the one whose prefix its bead has.
      const rig = [...town.rigs].find(([, store]) => pull.bead.startsWith(`${store.prefixes[0]}-`))?.[0];
      if (rig !== undefined) town.forge.merge(rig.slice(rig.indexOf("/") + 1), pull);
      return pull.facts;
    }
    case "green": {
      const { feedback: _said, ...rest } = facts;
      return {
        ...rest,
        checks: "passed",
        failed: [],
        reviews: "approved",
        conflict: false,
        draft: false,
        mergeable: true,
      };
    }
    default:
      return deed satisfies never;
  }
}
