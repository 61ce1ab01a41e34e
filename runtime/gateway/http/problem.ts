/** Errors as RFC 9457 problem details. */
import { ZodError } from "zod";
import { AppError, type ErrorShape } from "../../../store/schema/errors.ts";
import { schemaWords } from "../../../store/schema/schema-words.ts";
import type { Problem } from "../contract/requests.ts";

/** The problem document of an error. What is not an AppError says only its incident number: the text is in the log. */
export function toProblem(error: unknown, incident: () => string): Problem {
  const app = asAppError(error);
  const shape: ErrorShape = app.code === "internal" ? hidden(incident()) : app.toJSON();
  return {
    type: `urn:gastown:error:${shape.code}`,
    title: title(shape.code),
    status: app.status,
    detail: shape.message,
    code: shape.code,
    ...(shape.hint === undefined ? {} : { hint: shape.hint }),
    ...(shape.data === undefined ? {} : { data: shape.data }),
  };
}

/** A response with the problem, under the status that fits. */
export function problemResponse(problem: Problem): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(problem.status === 401 ? { "www-authenticate": 'Bearer realm="gastown"' } : {}),
      ...(problem.status === 503 ? { "retry-after": "1" } : {}),
    },
  });
}

/** The error as an AppError; a schema's refusal becomes `invalid_argument` and names each field. */
export function asAppError(error: unknown): AppError {
  if (!(error instanceof ZodError)) return AppError.from(error);
  const issues = error.issues.map(issue => ({ path: issue.path.join("."), message: issue.message }));
  return new AppError("invalid_argument", schemaWords(error), {
    data: { issues },
  });
}

function hidden(incident: string): ErrorShape {
  return {
    code: "internal",
    message: `Something failed inside (incident ${incident}).`,
    hint: 'The log of the town has the details: "gt log".',
    data: { incident },
  };
}

function title(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
