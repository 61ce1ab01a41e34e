/** The API document, OpenAPI 3.1, made of the table of routes and their schemas. */
import { z } from "zod";
import { problemSchema } from "./contract/requests.ts";
import type { Route } from "./routes/route.ts";

type Json = Readonly<Record<string, unknown>>;

/** The document for `/api/v1/openapi.json`. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const operations = paths[path] ?? {};
    paths[path] = operations;
    operations[route.method] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Gastown", version, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/api/v1" }],
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "gastown",
          description: "The name has a suffix per town.",
        },
      },
      responses: {
        Problem: {
          description: "What went wrong, to what, and what to do next",
          content: { "application/problem+json": { schema: jsonSchema(problemSchema, "output") } },
        },
      },
    },
  };
}

function operation(route: Route): Json {
  const answer =
    route.status === 204
      ? { description: "Done" }
      : {
          description: route.summary,
          content: {
            [route.mediaType ?? "application/json"]: {
              schema: route.answer === undefined ? {} : jsonSchema(route.answer, "output"),
            },
          },
        };
  return {
    operationId: `${route.method}${route.path.replaceAll(/[^A-Za-z]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: route.summary,
    tags: [route.tag],
    parameters: [
      ...parameters(route.params, "path"),
      ...(route.query === undefined ? [] : parameters(route.query, "query")),
    ],
    ...(route.body === undefined
      ? {}
      : { requestBody: { content: { "application/json": { schema: jsonSchema(route.body, "input") } } } }),
    responses: { [route.status ?? 200]: answer, default: { $ref: "#/components/responses/Problem" } },
    "x-action": route.action,
  };
}

function parameters(schema: z.ZodType, place: "path" | "query"): Json[] {
  const { properties, required } = jsonSchema(schema, "input");
  if (typeof properties !== "object" || properties === null) return [];
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || needed.includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
