/** A function that is a route and no more: its input is what the route takes, so that the two cannot disagree. */
import { z } from "zod";
import { definedOnly } from "../../../store/schema/defined.ts";
import { ROUTES } from "../routes/all.ts";
import { type AgentFunction, defineFunction, type FunctionRole } from "./function.ts";

export interface RouteFunction {
  readonly name: string;
  readonly roles: readonly FunctionRole[];
  /** `<method> <path>`, as `ROUTES` has it. */
  readonly route: string;
  readonly description: string;
  /** Names of path parts for the model, e.g. `{ id: "bead" }`; the route's own otherwise. */
  readonly names?: Readonly<Record<string, string>>;
  /** What the query takes, where text of a URL would not do. */
  readonly query?: Readonly<Record<string, z.ZodType>>;
  /** In place of the body's own members. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
}

/** @throws {Error} for a route that does not exist */
export function ofRoute({
  name,
  roles,
  route,
  description,
  names = {},
  ...own
}: RouteFunction): AgentFunction {
  const found = ROUTES.find(({ method, path }) => `${method} ${path}` === route);
  if (found === undefined) throw new Error(`${name}: there is no route ${route}.`);
  const inPath = without(shapeOf(found.params), "town");
  const inQuery = own.query ?? shapeOf(found.query);
  const inBody = own.body ?? shapeOf(found.body);
  const named = Object.fromEntries(Object.entries(inPath).map(([key, type]) => [names[key] ?? key, type]));
  const parts = (shape: object, input: Readonly<Record<string, unknown>>) =>
    definedOnly(Object.fromEntries(Object.keys(shape).map(key => [key, input[key]])));
  return defineFunction({
    name,
    roles,
    route,
    description,
    input: z.strictObject({ ...named, ...inQuery, ...inBody }),
    // What the API answers is described there; a model reads it as it comes.
    output: z.looseObject({}),
    request(input) {
      const values: Readonly<Record<string, unknown>> = input;
      return {
        params: Object.fromEntries(
          Object.keys(inPath).map(key => [key, String(values[names[key] ?? key] ?? "")]),
        ),
        query: texts(parts(inQuery, values)),
        ...(found.body === undefined ? {} : { body: parts(inBody, values) }),
      };
    },
    shape: answer => (isRecord(answer) ? answer : Array.isArray(answer) ? { items: answer } : { answer }),
  });
}

function shapeOf(schema: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> {
  // SAFETY: members of a classic object are classic schemas.
  return schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {};
}

function without<T>(shape: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: _left, ...rest } = shape;
  return rest;
}

/** As a URL has them. */
function texts(values: Readonly<Record<string, unknown>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === "number" ? value : String(value)]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
