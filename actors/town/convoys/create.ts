/** Making convoys: of beads that exist, of the work below an epic, or of a plan whose beads are made along with it. */
import type { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import { definedOnly } from "../../../store/schema/defined.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { createConvoySchema, planConvoySchema, planTaskSchema } from "../../../store/schema/requests.ts";
import type { Convoy } from "../../../store/schema/satellite.ts";
import { createBead } from "../calls/beads.ts";
import { HQ_PREFIX } from "../kinds.ts";
import { inboxOf } from "../mail/addresses.ts";
import type { TownTurn } from "../town-turn.ts";
import { workBelow, workIds } from "./members.ts";
import { startConvoy } from "./start.ts";
import { checkTold, toldOf } from "./tell.ts";
import { waves } from "./waves.ts";

type Create = z.output<typeof createConvoySchema>;
type Plan = z.output<typeof planConvoySchema>;
type Task = z.output<typeof planTaskSchema>;

/** @throws {AppError} not_found, ambiguous, invalid_argument, dependency_cycle, and what slinging throws */
export async function createConvoy(ctx: TownTurn, args: Create): Promise<Bead> {
  const epic = args.epic === undefined ? undefined : ctx.tx.require(await ctx.resolve(args.epic));
  const title = args.title ?? epic?.title;
  if (title === undefined) {
    throw new AppError("invalid_argument", "A convoy needs a title.", {
      hint: 'gt convoy create "Title" <bead>...',
    });
  }
  const ids = new Set([
    ...(await workIds(ctx, args.beads)),
    ...(epic === undefined ? [] : workBelow(ctx, epic)),
  ]);
  if (ids.size === 0) {
    throw new AppError("invalid_argument", `The convoy "${title}" would have no beads.`, {
      hint: "Name the beads that are to land together, or an epic.",
    });
  }
  return make(ctx, title, [...ids], args, args.start);
}

/** Makes the beads of a plan, what waits for what between them, and their convoy. @throws {AppError} as {@link createConvoy} */
export async function planConvoy(ctx: TownTurn, args: Plan): Promise<Bead> {
  const tasks = keyed(args.tasks);
  const order = waves([...tasks].map(([id, task]) => ({ id, needs: task.depends_on })));
  const made = new Map<string, string>();
  for (const [key] of [...order].sort(([, a], [, b]) => a - b)) {
    const task = tasks.get(key);
    if (task !== undefined) made.set(key, await fileTask(ctx, task, made, args.rig));
  }
  const ids = [...tasks.keys()].flatMap(key => made.get(key) ?? []);
  return make(ctx, args.title, ids, args, true);
}

/** Tasks by key. @throws {AppError} invalid_argument when two have the same */
function keyed(tasks: readonly Task[]): Map<string, Task> {
  const found = new Map<string, Task>();
  for (const [index, task] of tasks.entries()) {
    const key = task.key ?? String(index + 1);
    if (found.has(key)) {
      throw new AppError("invalid_argument", `Two tasks of the plan have the key "${key}".`, {
        hint: "A task without a key has its number as key.",
      });
    }
    found.set(key, task);
  }
  return found;
}

async function fileTask(
  ctx: TownTurn,
  { type, depends_on, key: _key, rig: own, ...task }: Task,
  made: ReadonlyMap<string, string>,
  rigOfPlan: string | undefined,
): Promise<string> {
  const rig = own ?? rigOfPlan;
  if (rig === undefined) {
    throw new AppError(
      "invalid_argument",
      `The plan does not say in which rig "${task.title}" is to be done.`,
      {
        hint: "Give the plan, or the task, a `rig`.",
      },
    );
  }
  const dependencies = await Promise.all(
    depends_on.map(async need => ({
      depends_on_id: made.get(need) ?? (await ctx.resolve(need)),
      type: "blocks",
    })),
  );
  const { id } = await createBead(ctx, {
    ...Object.fromEntries(Object.entries(task).filter(([, value]) => value !== undefined)),
    title: task.title,
    priority: task.priority,
    status: "open",
    issue_type: type,
    by: ctx.by,
    rig,
    dependencies,
  });
  return id;
}

/** @param staged whether it waits for its start when it is not started at once, rather than only following its beads */
async function make(
  ctx: TownTurn,
  title: string,
  ids: readonly string[],
  { owner, watchers, mode, start, rig, driver, isolation }: Omit<Create, "title" | "beads" | "epic">,
  staged: boolean,
): Promise<Bead> {
  const sling = definedOnly({ rig, driver, isolation });
  const record: Convoy = {
    created_by: ctx.by,
    owner: owner ?? inboxOf(ctx.by),
    watchers: [...new Set(watchers)],
    staged,
    reported: [],
    stranded: [],
    ...(mode === undefined ? {} : { mode }),
    ...(Object.keys(sling).length === 0 ? {} : { sling }),
  };
  checkTold(ctx, toldOf(record));
  const convoy = ctx.create({
    prefix: HQ_PREFIX,
    title,
    issue_type: "convoy",
    metadata: { convoy: record },
    dependencies: ids.map(id => ({ depends_on_id: id, type: "tracks" })),
  });
  const beads = ids.length === 1 ? "1 bead" : `${ids.length} beads`;
  ctx.say("convoy.created", `Convoy ${convoy.id} follows ${beads}: ${title}`, { bead: convoy.id });
  return start ? startConvoy(ctx, convoy, {}) : convoy;
}
