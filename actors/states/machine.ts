/** State machines with checked transitions: who may take a thing from which state to which. */
import { AppError } from "../../store/schema/errors.ts";

/** Who asks for a transition: the town's own rules, a person (or the mayor, who speaks for one), or a working agent. */
export type Who = "town" | "person" | "agent";

export interface Transition<S extends string> {
  readonly from: S | readonly S[];
  readonly to: S;
  readonly by: readonly Who[];
  /** When it happens, for people. */
  readonly when: string;
}

/** Whose move it is while a thing is in a state; `nobody` where nothing is to be done any more. */
export type Owner = "town" | "person" | "agent" | "refinery" | "nobody";

/** What holds for as long as a thing is in a state. */
export type StateLife = {
  /** Who takes the next step. */
  readonly owner: Owner;
  /** What ends the state, for people; of an end, what could still reopen it, or that nothing does. */
  readonly exit: string;
} & (
  | {
      /** After what time, or at which moment, something happens by itself. */
      readonly deadline: string;
    }
  | {
      /** Why it may last for ever. */
      readonly endless: string;
    }
);

export interface Machine<S extends string> {
  readonly name: string;
  readonly states: readonly S[];
  readonly initial: S;
  /** States that are left only by somebody's explicit wish, or never. */
  readonly terminal: readonly S[];
  readonly transitions: readonly Transition<S>[];
  /** Each state's owner, exit, and deadline or the reason why it needs none. */
  readonly lives: Readonly<Record<S, StateLife>>;
  can(from: string, to: string, who: Who): boolean;
  /** @throws {AppError} invalid_transition, naming from, to and who may */
  check(id: string, from: string, to: string, who: Who): void;
}

/** Builds a machine from its table. */
export function defineMachine<S extends string>(
  spec: Pick<Machine<S>, "name" | "states" | "initial" | "terminal" | "transitions" | "lives">,
): Machine<S> {
  const find = (from: string, to: string): Transition<S> | undefined =>
    spec.transitions.find(edge => edge.to === to && [edge.from].flat().some(state => state === from));
  return {
    ...spec,
    can: (from, to, who) => find(from, to)?.by.includes(who) ?? false,
    check(id, from, to, who) {
      const edge = find(from, to);
      if (edge?.by.includes(who)) return;
      throw new AppError("invalid_transition", message(spec.name, id, from, to, who, edge), {
        hint: hint(spec.transitions, from),
        data: { id, from, to, who, may: edge?.by ?? [] },
      });
    },
  };
}

function message<S extends string>(
  name: string,
  id: string,
  from: string,
  to: string,
  who: Who,
  edge: Transition<S> | undefined,
): string {
  if (edge === undefined) return `${id} is ${from}, and no ${name} goes from ${from} to ${to}.`;
  return `${id} is ${from}; only ${list(edge.by)} may make it ${to}, not ${article(who)}.`;
}

function hint<S extends string>(transitions: readonly Transition<S>[], from: string): string {
  const next = transitions.filter(edge => [edge.from].flat().some(state => state === from));
  if (next.length === 0) return `Nothing leaves ${from}.`;
  return `From ${from} it goes to ${next.map(edge => `${edge.to} (${edge.when})`).join(", ")}.`;
}

function article(who: Who): string {
  return who === "town" ? "the town" : who === "person" ? "a person" : "an agent";
}

function list(whos: readonly Who[]): string {
  return whos.map(article).join(" or ");
}
