/**
 * Typed client of a sandbox's control API, over its unix socket. Only the type of the server comes along.
 * The two sockets are opened by `ws`: `ws+unix:<socket>:/terminal` and `.../events?after=<seq>`, with `sandboxHeaders`.
 */
import { treaty } from "@elysiajs/eden";
import { AppError } from "../../store/schema/errors.ts";
import type { ControlApp } from "../server/app.ts";
import { GENERATION_HEADER } from "./control.ts";

const TIMEOUT_MS = 10_000;

/** Headers of every request and socket towards the sandbox of this generation. */
export function sandboxHeaders(generation: number): Record<string, string> {
  return { [GENERATION_HEADER]: String(generation) };
}

/**
 * Eden Treaty client: `client.status.get()`, `client.events.get({ query: { after } })`, `client.stop.post({ ... })`, ...
 * Answers `{ data, error }`; a sandbox that is not there is an `error` too. `unwrap` turns that into an AppError.
 */
export function sandboxClient(socket: string, generation: number) {
  return treaty<ControlApp>("http://sandbox", {
    headers: sandboxHeaders(generation),
    // Times are text in the protocol's schemas.
    parseDate: false,
    // The types of fetch leave Bun's `unix` out of its static properties only.
    fetcher: Object.assign(
      (input: Parameters<typeof fetch>[0], init?: RequestInit) =>
        fetch(input, { ...init, unix: socket, signal: init?.signal ?? AbortSignal.timeout(TIMEOUT_MS) }),
      { preconnect: fetch.preconnect },
    ),
  });
}

/** The data of an answer. @throws {AppError} the sandbox's own error; `unavailable` when it cannot be reached */
export function unwrap<T>(answer: {
  readonly data: T;
  readonly error: unknown;
}): Exclude<NonNullable<T>, Response> {
  const { data, error } = answer;
  // The type of the error handler's answer is among those of the data; its value never is.
  if (data !== null && data !== undefined && !(data instanceof Response)) {
    // SAFETY: null, undefined and Response were just excluded, which narrowing a type parameter does not show.
    return data as Exclude<NonNullable<T>, Response>;
  }
  if (typeof error === "object" && error !== null && "value" in error) {
    const value = error.value;
    if (
      typeof value === "object" &&
      value !== null &&
      "code" in value &&
      "message" in value &&
      !(value instanceof Error)
    ) {
      throw AppError.fromJSON(value);
    }
    throw new AppError("unavailable", "The sandbox process cannot be reached.", {
      retryable: true,
      cause: value,
    });
  }
  throw new AppError("unavailable", "The sandbox process cannot be reached.", {
    retryable: true,
    cause: error,
  });
}
