/** What simulated reviewers do with a submission: the words of a plan as scripts. */
import type { Step } from "../../actors/testing/fake-sandboxes.ts";
import type { SandboxSpec, WorkJob } from "../../agent-sandbox/protocol/spec.ts";
import type { ReviewWord } from "./plan.ts";
import { exited, STARTED, type Surroundings } from "./surroundings.ts";

const MINUTE = 60_000;
/** How often a verdict that got no answer is given again. */
const TRIES = 5;

export function reviewScript(world: Surroundings, spec: SandboxSpec, job: WorkJob, word: ReviewWord): Step[] {
  const begin: Step[] = [
    { after: 20, event: STARTED },
    { after: 5, event: { type: "activity", activity: "working" } },
  ];
  const time = world.dice.int(5_000, 4 * MINUTE);
  const verdict = (method: string, after = time, text?: string): Step[] => [
    ...begin,
    { after, next: () => tell(world, spec, job, method, text) },
  ];
  switch (word) {
    case "approve":
      return verdict("reviewApprove");
    case "late":
      return verdict("reviewApprove", 40 * MINUTE);
    case "changes":
      return verdict("reviewRequestChanges", time, "handle the empty list");
    case "escalate":
      return verdict("reviewEscalate", time, "it changes the license");
    case "mute":
      return [...begin, { after: time, event: exited(true, "I have looked at it") }];
    case "crash":
      return [...begin, { after: time, event: exited(false, "exit code 1") }];
    case "die":
      return [...begin, { after: time, die: true }];
    case "stays":
      return [...begin, { after: 180 * MINUTE, event: exited(true, "was there something?") }];
    default:
      return word satisfies never;
  }
}

function tell(
  world: Surroundings,
  spec: SandboxSpec,
  job: WorkJob,
  method: string,
  text: string | undefined,
  tries = 1,
): Step[] {
  const by = `${spec.agent.rig}/${spec.agent.name}`;
  const said = world.ask(by, method, { id: job.bead.id, ...(text === undefined ? {} : { text }) });
  const over: Step = { after: 100, event: exited(true, "the verdict is given") };
  return [
    {
      after: 2_000,
      next: () => {
        const heard = said.done && (said.error === undefined || !said.error.retryable);
        if (heard || tries >= TRIES) return [over];
        return [{ after: MINUTE, next: () => tell(world, spec, job, method, text, tries + 1) }];
      },
    },
  ];
}
