/**
 * A function that agents call: one definition for MCP, prompts and documentation. Each goes through a route of the API,
 * so that what it may do is decided by the same `authorize` as for everybody else; its roles say only whom it is offered.
 */
import type { z } from "zod";

/** To whom a function is offered. A person's model is offered what the mayor is, and what is for people besides. */
export type FunctionRole = "polecat" | "refinery" | "mayor" | "person";

/** Who calls, as far as a request depends on it. */
export interface Caller {
  readonly town: string;
  /** The bead that an agent works on. */
  readonly bead: string | undefined;
}

/** A request to the API: path below `/api/v1`, or `/agent/...` for what the sandbox answers itself. */
export interface FunctionRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** A function as the parts of the house use it: its types were checked where it was defined. */
export interface AgentFunction {
  readonly name: string;
  readonly roles: readonly FunctionRole[];
  /** For a model: what it does, when to call it. */
  readonly description: string;
  readonly input: z.ZodObject;
  /** Always an object: lists lie in `items`, plain text in `text`. */
  readonly output: z.ZodObject;
  /** The route that it goes through, as `ROUTES` has it; or the sandbox's own call. */
  readonly route: string;
  /** The same on the command line, for prompts; `{bead}` stands for the bead. */
  readonly command?: FunctionCommand;
  request(input: unknown, caller: Caller): FunctionRequest;
  /** What the API answered, as the output has it. */
  shape(answer: unknown): unknown;
}

export interface FunctionCommand {
  /** Words after `gt`. */
  readonly words: readonly string[];
  readonly args: string;
  /** What it does, for a prompt: "reads your bead in full". */
  readonly does: string;
}

interface Spec<I extends z.ZodObject, O extends z.ZodObject> {
  readonly name: string;
  readonly roles: readonly FunctionRole[];
  readonly description: string;
  readonly input: I;
  readonly output: O;
  readonly route: string;
  readonly command?: FunctionCommand;
  request(input: z.output<I>, caller: Caller): Omit<FunctionRequest, "path"> & { readonly params?: Params };
  /** The answer itself unless given. */
  shape?(answer: unknown): unknown;
}
type Params = Readonly<Record<string, string>>;

/** Checks the parts of a function against each other and gives it back for the table. */
export function defineFunction<I extends z.ZodObject, O extends z.ZodObject>(
  spec: Spec<I, O>,
): AgentFunction {
  const { request, shape, ...rest } = spec;
  return {
    ...rest,
    shape: answer => (shape === undefined ? answer : shape(answer)),
    request(input, caller) {
      // SAFETY: whoever calls has parsed the input with the schema of the same function.
      const { params = {}, ...made } = request(input as z.output<I>, caller);
      return { ...made, path: fill(spec.route, { town: caller.town, ...params }) };
    },
  };
}

/** HTTP method of a function's route. */
export function methodOf(fn: Pick<AgentFunction, "route">): string {
  return fn.route.slice(0, fn.route.indexOf(" ")).toUpperCase();
}

/** True for what touches the worktree, which only the agent's own sandbox can reach. */
export function isSandboxCall(fn: Pick<AgentFunction, "route">): boolean {
  return fn.route.includes(" /agent/");
}

/** A list in an object, since the result of a tool is one. */
export function items(answer: unknown): unknown {
  return { items: answer };
}

function fill(route: string, params: Params): string {
  return route
    .slice(route.indexOf(" ") + 1)
    .replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}
