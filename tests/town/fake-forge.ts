/** A forge, as far as a town notices: pull requests that a test lets happen things to. */
import type { Port } from "../../actors/kernel/host.ts";
import { type ForgeFact, forgePortMethods, type PullFacts } from "../../actors/ports.ts";
import type { AppError } from "../../store/schema/errors.ts";
import type { FakeRemote } from "./fake-remote.ts";

export interface FakePull {
  readonly number: number;
  readonly branch: string;
  readonly bead: string;
  readonly title: string;
  facts: PullFacts;
}

export class FakeForge implements Port {
  readonly pulls: FakePull[] = [];
  readonly asked: string[] = [];
  /** Errors of the next calls, one each. */
  readonly failures: AppError[] = [];
  /** Why it merges nothing, though it says that everything allows it. */
  refuses: string | undefined;
  /** What gates wait for: `run 7` or `pr 12`. */
  readonly facts = new Map<string, ForgeFact>();
  readonly #remote: FakeRemote;
  readonly #headOf: (branch: string) => string;

  /** @param headOf Commit that was pushed to a branch last */
  constructor(remote: FakeRemote, headOf: (branch: string) => string) {
    this.#remote = remote;
    this.#headOf = headOf;
  }

  async call(rig: string, method: string, args: unknown): Promise<unknown> {
    this.asked.push(method);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (method === "open") return this.#open(forgePortMethods.open.parse(args));
    if (method === "look") return this.#pull(forgePortMethods.look.parse(args).number).facts;
    if (method === "fact") {
      const { of, number } = forgePortMethods.fact.parse(args);
      return this.facts.get(`${of} ${number}`);
    }
    if (method === "update") {
      const { number, head } = forgePortMethods.update.parse(args);
      return this.update(this.#pull(number), head);
    }
    const { number, head } = forgePortMethods.merge.parse(args);
    const pull = this.#pull(number);
    if (pull.facts.state === "merged") return { merged: true, commit: pull.facts.commit };
    if (this.refuses !== undefined) return { merged: false, reason: this.refuses };
    if (pull.facts.head !== head) return { merged: false, reason: "Head branch was modified." };
    return { merged: true, commit: this.merge(rig, pull) };
  }

  /** Merges it, as the forge does when asked or when a person does it there. */
  merge(rig: string, pull: FakePull): string {
    const { commit } = this.#remote.push(rig, pull.bead, pull.facts.head);
    pull.facts = { ...pull.facts, state: "merged", commit };
    return commit;
  }

  /** Merges the target into the branch, which has another head then. */
  update(pull: FakePull, head: string): object {
    if (this.refuses !== undefined || pull.facts.head !== head)
      return { updated: false, reason: this.refuses ?? "expected head sha didn't match current head ref." };
    const next = this.#remote.commit();
    this.#remote.heads.set(pull.branch, next);
    pull.facts = { ...pull.facts, head: next, behind: false, mergeable: true };
    return { updated: true };
  }

  /** Somebody pushes to the branch. */
  moved(pull: FakePull): void {
    pull.facts = { ...pull.facts, head: this.#headOf(pull.branch) };
  }

  #open({ branch, title }: { branch: string; title: string }): object {
    const known = this.pulls.find(pull => pull.branch === branch && pull.facts.state === "open");
    if (known !== undefined) {
      this.moved(known);
      return { number: known.number, url: known.facts.url, adopted: true };
    }
    const number = this.pulls.length + 1;
    const url = `https://forge.example/o/r/pull/${number}`;
    this.pulls.push({
      number,
      branch,
      title,
      bead: title.split(":")[0] ?? "",
      facts: {
        url,
        state: "open",
        head: this.#headOf(branch),
        draft: false,
        conflict: false,
        mergeable: true,
        checks: "passed",
        failed: [],
        reviews: "none",
      },
    });
    return { number, url, adopted: false };
  }

  #pull(number: number): FakePull {
    const pull = this.pulls.find(one => one.number === number);
    if (pull === undefined) throw new Error(`no pull request ${number}`);
    return pull;
  }
}
