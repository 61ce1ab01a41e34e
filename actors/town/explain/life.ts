/** What the state machine says of a state, in words. */
import type { Explanation } from "../../../store/schema/explanation.ts";
import type { Machine, StateLife } from "../../states/machine.ts";

/** An explanation before it has its id and title. */
export type Draft = Omit<Explanation, "id" | "title">;

/** Owner of the state and a sentence on how it ends; for a status that is none of the machine's, that people look after it. */
export function lifeOf<S extends string>(
  machine: Machine<S>,
  state: string,
): { readonly owner: Explanation["owner"]; readonly text: string } {
  const lives: Readonly<Record<string, StateLife>> = machine.lives;
  const life = Object.hasOwn(lives, state) ? lives[state] : undefined;
  if (life === undefined) {
    return { owner: { who: "person" }, text: `"${state}" is a status of your own: people see to it` };
  }
  const limit = "deadline" in life ? `at the latest: ${life.deadline}` : `no deadline: ${life.endless}`;
  return { owner: { who: life.owner }, text: `${life.exit}; ${limit}` };
}

/** What cannot be read is a person's to repair. */
export function unreadable(kind: string, state: string, key: string): Draft {
  return {
    kind,
    state,
    owner: { who: "person" },
    why: [{ text: `${key} cannot be read`, rule: "metadata" }],
    next: [{ text: "the town leaves it alone until it can" }],
    hints: [],
  };
}
