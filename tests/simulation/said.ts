/** What a simulated agent asks of its town, and what comes back: a script looks at the answer when its time has come. */
import { AppError } from "../../store/schema/errors.ts";

/** A question under way; its answer may never come, as when the host dies. */
export interface Said {
  readonly done: boolean;
  readonly answer: unknown;
  readonly error: AppError | undefined;
}

/** Follows a call, whose failure is no failure of whoever waits for it. */
export function say(call: Promise<unknown>): Said {
  const said: { done: boolean; answer: unknown; error: AppError | undefined } = {
    done: false,
    answer: undefined,
    error: undefined,
  };
  call.then(
    answer => Object.assign(said, { done: true, answer }),
    (error: unknown) => Object.assign(said, { done: true, error: AppError.from(error) }),
  );
  return said;
}
