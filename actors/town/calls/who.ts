/** Who asks: a person, an agent at work, or the town itself. */
import { AppError } from "../../../store/schema/errors.ts";
import type { Who } from "../../states/machine.ts";
import { isAgentName } from "../kinds.ts";

/** The mayor speaks for a person. */
export function who(by: string): Who {
  if (by === "town") return "town";
  return isAgentName(by) && !by.endsWith("/mayor") ? "agent" : "person";
}

/** @throws {AppError} forbidden unless a person (or the mayor) asks */
export function peopleOnly(by: string, what: string): void {
  if (who(by) !== "agent") return;
  throw new AppError("forbidden", `${by} is an agent, and only people ${what}.`, {
    hint: "Say on your bead what you need (`bd update <bead> --notes`), and a person will see to it.",
  });
}
