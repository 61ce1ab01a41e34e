/** Brings the demo town to where its work can go on. Every step looks first: after a crash it is simply run again. */
import { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import { beadSchema } from "../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../store/schema/errors.ts";
import { convoyViewSchema, rigViewSchema } from "../../gateway/contract/views.ts";
import type { TownCall } from "../../gateway/routes/route.ts";
import { SAMPLE_BEADS, SAMPLE_GATE } from "./sample.ts";
import { REPORT_TITLE, reportPlan } from "./sample-report.ts";

export const RIG = "sample";
const PREFIX = "sa";
const CONVOY_TITLE = "Three small features";

/** What one act of the demo is about. */
export interface DemoAct {
  readonly beads: readonly string[];
  readonly convoy: string;
}

export interface SetupDeps {
  readonly by: string;
  readonly town: TownCall;
  /** Adds a rig; waits for its clone. */
  addRig(args: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Path of the remote, made when it is not there. */
  remote(): Promise<string>;
  say(line: string): void;
}

/** The first act: three beads that need nothing of each other. @throws {AppError} what the town refuses */
export async function setUpFeatures(deps: SetupDeps): Promise<DemoAct> {
  await ensureRig(deps);
  const beads = await ensureBeads(deps);
  const convoy = await ensureConvoy(
    deps,
    beads.map(bead => bead.id),
  );
  const open = beads.filter(bead => bead.status === "open").map(bead => bead.id);
  if (open.length > 0) {
    await deps.town("sling", { by: deps.by, beads: open, driver: { kind: "script" } });
    deps.say(`Slung ${open.join(", ")}: each gets an agent of its own.`);
  }
  return { beads: beads.map(bead => bead.id), convoy };
}

/** The second act: five beads that depend on each other, planned as one convoy. @throws {AppError} what the town refuses */
export async function setUpReport({ town, by, say }: SetupDeps): Promise<DemoAct> {
  const convoys = z.array(convoyViewSchema).parse(await town("convoys", { by }));
  const before = convoys.find(convoy => convoy.title === REPORT_TITLE);
  const convoy = before ?? convoyViewSchema.parse(await town("planConvoy", { by, ...reportPlan(RIG) }));
  if (before === undefined) {
    say(`${convoy.id}  ${convoy.title}: what depends on other work waits for it.`);
    for (const { id, title, wave } of convoy.beads) say(`${id}  wave ${wave ?? 1}  ${title}`);
  }
  return { beads: convoy.beads.map(bead => bead.id), convoy: convoy.id };
}

async function ensureRig({ town, by, addRig, remote, say }: SetupDeps): Promise<void> {
  const find = async () =>
    z
      .array(rigViewSchema)
      .parse(await town("rigs", { by }))
      .find(({ name }) => name === RIG);
  if ((await find())?.state === "ready") return;
  const url = await remote();
  say("Adding the rig sample: a small TypeScript library with tests that pass.");
  try {
    await addRig({ by, git_url: url, prefix: PREFIX, settings: { target: "main", gates: [SAMPLE_GATE] } });
  } catch (error) {
    // A clone that was under way when the last run was killed has been taken up again meanwhile.
    if (!hasCode(error, "already_exists", "conflict") || (await find())?.state !== "ready") throw error;
  }
}

async function ensureBeads({ town, by, say }: SetupDeps): Promise<Bead[]> {
  const known = z.array(beadSchema).parse(await town("beads", { by, rig: RIG, limit: 1_000 }));
  const beads: Bead[] = [];
  for (const { key, title, description } of SAMPLE_BEADS) {
    const before = known.find(bead => bead.external_ref === key);
    if (before !== undefined) {
      beads.push(before);
      continue;
    }
    const input = { by, rig: RIG, title, description, issue_type: "feature", external_ref: key };
    const made = beadSchema.parse(await town("createBead", input));
    say(`${made.id}  ${made.title}`);
    beads.push(made);
  }
  return beads;
}

async function ensureConvoy({ town, by }: SetupDeps, beads: readonly string[]): Promise<string> {
  const convoys = z.array(convoyViewSchema).parse(await town("convoys", { by }));
  const before = convoys.find(convoy => beads.every(id => convoy.beads.some(bead => bead.id === id)));
  if (before !== undefined) return before.id;
  const made = convoyViewSchema.safeParse(await town("createConvoy", { by, title: CONVOY_TITLE, beads }));
  if (made.success) return made.data.id;
  throw new AppError("internal", "The town did not answer with a convoy.", { cause: made.error });
}
