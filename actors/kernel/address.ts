/** Which addresses can be an actor's; every host refuses the others in the same words. */
import { AppError } from "../../store/schema/errors.ts";

const NAME = /^[a-z0-9][a-z0-9._/-]{0,199}$/;

/** @throws {AppError} invalid_argument for what cannot be the name of an actor */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new AppError("invalid_argument", `"${name}" is no name of an actor.`, {
    hint: "Use lower case letters, digits and -._/, at most 200 characters.",
  });
}

/** The refusal of a call to a kind that this host does not have. */
export function unknownKind(kind: string): AppError {
  return new AppError("not_found", `There is no actor or port of kind "${kind}".`);
}
