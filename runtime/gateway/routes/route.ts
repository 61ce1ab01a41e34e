/** A route as one object: from it come the handler, the check of rights, the API document and the test that walks all. */
import type { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import type { Action, Resource } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import type { GatewayDeps } from "../deps.ts";

/** `call` of the town that the path names. */
export type TownCall = (method: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** What a handler is given: everything is parsed. */
export interface RouteInput<P, Q, B> {
  readonly principal: Principal;
  /** Name under which the deed is recorded. */
  readonly by: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly town: TownCall;
  readonly deps: GatewayDeps;
}

export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: "get" | "post" | "patch" | "delete";
  /** Below `/api/v1`, with `:params`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly action: Action;
  readonly params: P;
  readonly query?: Q;
  readonly body?: B;
  /** Schema of the answer, for the API document. */
  readonly answer?: z.ZodType;
  /** 200 unless given; 204 answers nothing. */
  readonly status?: 201 | 204;
  /** Media type of an answer that is no JSON; `handle` then answers a string or a stream. */
  readonly mediaType?: string;
  /** What is touched. It may look things up, once the caller is known to belong to the town. */
  resource(input: Parsed<P, Q, B>): Resource | Promise<Resource>;
  /** Runs when `authorize` has passed for the resource, which comes along. */
  handle(input: Parsed<P, Q, B>, resource: Resource): Promise<unknown>;
}

type Parsed<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = RouteInput<
  z.output<P>,
  z.output<Q>,
  z.output<B>
>;

/** A route whose types were checked where it was defined. */
export type Route = RouteSpec<z.ZodType, z.ZodType, z.ZodType>;

/** Checks the parts of a route against each other and gives it back for the table. */
export function defineRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B>,
): Route {
  // SAFETY: the gateway passes to `resource` and `handle` only what the schemas of the same object made.
  return spec as unknown as Route;
}

/** Raw parts of a request. */
export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: () => Promise<unknown>;
}

/** @throws {AppError} invalid_argument, by way of the schemas */
export async function parseInput(
  route: Route,
  raw: RawInput,
): Promise<{ params: unknown; query: unknown; body: unknown }> {
  const params = route.params.parse(raw.params);
  const query = route.query === undefined ? undefined : route.query.parse(raw.query);
  const body = route.body === undefined ? undefined : route.body.parse(await raw.body());
  return { params, query, body };
}

/** @throws {AppError} invalid_argument for a body that is no JSON */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text === "") return {};
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/([a-z.]+\+)?json\b/i.test(type)) {
    throw new AppError("invalid_argument", `The body must be application/json, not "${type}".`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_argument", "The body is no JSON.", { cause });
  }
}
