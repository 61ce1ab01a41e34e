/**
 * Calls of the town as tables, one table for each area: name -> schema, kind and function. The actor takes its methods
 * from them, so that an area adds a call without touching the actor.
 *
 * @example
 * export const convoyCalls = {
 *   convoys: read(z.strictObject({ by }), ctx => convoyViews(ctx, 1_000)),
 *   createConvoy: write(createConvoySchema.extend({ by }), (ctx, args) => ..., { subject: args => `Convoy: ${args.title}` }),
 * } satisfies TownCalls;
 */
import { z } from "zod";
import type { TownTurn } from "../town-turn.ts";

/** Who asks: a user's name, an agent id, or `town`. Every call carries it. */
export const by = z.string().min(1).max(200);

interface Asked {
  readonly by: string;
}

export interface TownCall {
  readonly schema: z.ZodType<Asked>;
  /** `read` looks only. After a `write` the rules look at the town again. */
  readonly kind: "read" | "write";
  /** True for the town's own timers and replies: nobody else may call it. */
  readonly internal: boolean;
  /** Subject of the commit on the branch; undefined leaves it to the store's own words. */
  subject(args: Asked): string | undefined;
  /** Answers a JSON value; undefined is answered as null. */
  run(ctx: TownTurn, args: Asked): unknown;
}

/** Name of the method -> what it does. */
export type TownCalls = Readonly<Record<string, TownCall>>;

interface WriteOptions<A> {
  /** Subject of the commit on the branch. */
  subject?(args: A): string | undefined;
}

/** A call that changes nothing. */
export function read<S extends z.ZodType<Asked>>(
  schema: S,
  run: (ctx: TownTurn, args: z.infer<S>) => unknown,
): TownCall {
  return call(schema, "read", false, run, {});
}

/** A call that may change beads, records and settings. */
export function write<S extends z.ZodType<Asked>>(
  schema: S,
  run: (ctx: TownTurn, args: z.infer<S>) => unknown,
  options: WriteOptions<z.infer<S>> = {},
): TownCall {
  return call(schema, "write", false, run, options);
}

/** As {@link write}, for the town's own timers and the replies to its messages. Its `by` is `town` unless given. */
export function internal<S extends z.ZodType<Asked>>(
  schema: S,
  run: (ctx: TownTurn, args: z.infer<S>) => unknown,
  options: WriteOptions<z.infer<S>> = {},
): TownCall {
  return call(schema, "write", true, run, options);
}

/** Schema of a timer's argument: nothing but that the town itself asks. @public */
export const byTown = z.strictObject({ by: z.literal("town").default("town") }).prefault({});

/** Names and schemas of those calls that others may make, or of those that the town makes itself. */
export function schemasOf(calls: TownCalls, isInternal: boolean): Readonly<Record<string, z.ZodType>> {
  const wanted = Object.entries(calls).filter(([, { internal }]) => internal === isInternal);
  return Object.fromEntries(wanted.map(([name, { schema }]) => [name, schema]));
}

function call<S extends z.ZodType<Asked>>(
  schema: S,
  kind: TownCall["kind"],
  isInternal: boolean,
  run: (ctx: TownTurn, args: z.infer<S>) => unknown,
  { subject }: WriteOptions<z.infer<S>>,
): TownCall {
  return {
    schema,
    kind,
    internal: isInternal,
    // SAFETY: the kernel parses the argument of a method with the schema of the same entry before it calls it.
    subject: args => subject?.(args as z.infer<S>),
    // SAFETY: as above.
    run: (ctx, args) => run(ctx, args as z.infer<S>),
  };
}
