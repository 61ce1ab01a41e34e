/** The changes that `bd update` asks for, and how they are made inside a unit of work. */
import type { Bead, BeadPatch } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { type FlagValues, usageError } from "../lib/args.ts";
import type { Writer } from "./backend.ts";
import { claim } from "./claim.ts";
import type { BdContext } from "./context.ts";
import { resolveId } from "./ids.ts";
import { parentOf } from "./issue-json.ts";
import { parseTime } from "./time.ts";
import type { UPDATE_FLAGS } from "./update-flags.ts";
import {
  metadataValue,
  parseKeyValue,
  parseMetadata,
  parsePriority,
  readInput,
  requireStatus,
  requireType,
} from "./values.ts";

export type UpdateFlags = FlagValues<typeof UPDATE_FLAGS>;

/** What is to happen to each bead. */
export interface Changes {
  readonly patch: BeadPatch;
  readonly appendNotes?: string | undefined;
  readonly addLabels: readonly string[];
  readonly removeLabels: readonly string[];
  readonly setLabels?: readonly string[] | undefined;
  /** `null` removes the parent. */
  readonly parent?: string | null | undefined;
  readonly claimFor?: string | undefined;
}

/** Reads the flags. @throws {AppError} invalid_argument, not_found */
export async function changesFromFlags(
  flags: UpdateFlags,
  given: ReadonlySet<string>,
  ctx: BdContext,
): Promise<Changes> {
  const config = await (await ctx.backend()).config();
  const now = ctx.now();
  const session = flags.session ?? ctx.io.env.CLAUDE_SESSION_ID;
  const status = flags.status === undefined ? undefined : requireStatus(flags.status, config);
  const metadata = {
    ...(flags.metadata === undefined ? {} : parseMetadata(flags.metadata, ctx.cwd)),
    ...Object.fromEntries(
      flags["set-metadata"]
        .map(word => parseKeyValue(word, "--set-metadata"))
        .map(([k, v]) => [k, metadataValue(v)]),
    ),
    ...Object.fromEntries(flags["unset-metadata"].map(key => [key, null])),
  };
  const deferred =
    flags.defer === undefined ? undefined : flags.defer === "" ? null : parseTime(flags.defer, now);
  const patch: BeadPatch = {
    ...(status === undefined ? {} : { status }),
    ...(status === "closed" && session !== undefined ? { closed_by_session: session } : {}),
    ...(flags.priority === undefined ? {} : { priority: parsePriority(flags.priority) }),
    ...(flags.type === undefined ? {} : { issue_type: requireType(flags.type, config) }),
    ...title(flags.title),
    ...unset("assignee", flags.assignee),
    ...unset("description", await newDescription(flags, ctx)),
    ...unset("acceptance_criteria", flags.acceptance),
    ...unset(
      "design",
      flags["design-file"] === undefined ? flags.design : await readInput(flags["design-file"], ctx),
    ),
    ...unset("notes", flags.notes),
    ...unset("external_ref", flags["external-ref"]),
    ...unset("spec_id", flags["spec-id"]),
    ...unset("await_id", flags["await-id"]),
    ...(flags.estimate === undefined ? {} : { estimated_minutes: flags.estimate }),
    ...(flags.due === undefined ? {} : { due_at: flags.due === "" ? null : parseTime(flags.due, now) }),
    ...(deferred === undefined ? {} : { defer_until: deferred }),
    ...(deferred !== undefined && deferred !== null && status === undefined ? { status: "deferred" } : {}),
    ...(flags.ephemeral === true ? { ephemeral: true } : {}),
    ...(flags.persistent === true ? { ephemeral: null } : {}),
    ...(flags["no-history"] === true ? { no_history: true } : {}),
    ...(flags.history === true ? { no_history: null } : {}),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
  return {
    patch,
    appendNotes: flags["append-notes"],
    addLabels: flags["add-label"],
    removeLabels: flags["remove-label"],
    setLabels: given.has("set-labels") ? flags["set-labels"] : undefined,
    parent:
      flags.parent === undefined
        ? undefined
        : flags.parent === ""
          ? null
          : await resolveId(ctx, flags.parent),
    claimFor: flags.claim === true ? ctx.actor() : undefined,
  };
}

/** Makes the changes to one bead. @throws {AppError} not_found, invalid_argument, already_claimed, dependency_cycle */
export function applyChanges(tx: Writer, id: string, changes: Changes): Bead {
  const before = tx.require(id);
  if (changes.claimFor !== undefined) claim(tx, id, changes.claimFor);
  const patch: BeadPatch = {
    ...changes.patch,
    ...(changes.patch.defer_until === null &&
    before.status === "deferred" &&
    changes.patch.status === undefined
      ? { status: "open" }
      : {}),
    ...(changes.appendNotes === undefined
      ? {}
      : { notes: joined(textOf(changes.patch.notes) ?? before.notes, changes.appendNotes) }),
  };
  if (patch.status === "closed" && before.status !== "closed") {
    const { status: _status, ...rest } = patch;
    tx.close(id);
    if (Object.keys(rest).length > 0) tx.update(id, rest);
  } else if (Object.keys(patch).length > 0) tx.update(id, patch);
  if (changes.setLabels !== undefined) {
    for (const label of before.labels ?? [])
      if (!changes.setLabels.includes(label)) tx.removeLabel(id, label);
    for (const label of changes.setLabels) tx.addLabel(id, label);
  }
  for (const label of changes.addLabels) tx.addLabel(id, label);
  for (const label of changes.removeLabels) tx.removeLabel(id, label);
  if (changes.parent !== undefined) reparent(tx, before, changes.parent);
  return tx.require(id);
}

/** Moves a bead under another parent, or to the top level. @throws {AppError} invalid_argument, dependency_cycle */
export function reparent(tx: Writer, bead: Bead, parent: string | null): void {
  const old = parentOf(bead);
  if (old === (parent ?? undefined)) return;
  if (parent !== null && (parent === bead.id || isAncestor(tx, bead.id, parent))) {
    throw new AppError("dependency_cycle", `${parent} is below ${bead.id} and cannot become its parent`);
  }
  if (old !== undefined) tx.removeDependency(bead.id, old);
  if (parent !== null) tx.addDependency(bead.id, parent, "parent-child");
}

/** True when `ancestor` is above `id`. */
function isAncestor(tx: Writer, ancestor: string, id: string): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !seen.has(at); ) {
    if (at === ancestor) return true;
    seen.add(at);
    const bead: Bead | undefined = tx.get(at);
    at = bead === undefined ? undefined : parentOf(bead);
  }
  return false;
}

/** True when nothing would change. */
export function isNothing(changes: Changes): boolean {
  return (
    Object.keys(changes.patch).length === 0 &&
    changes.appendNotes === undefined &&
    changes.addLabels.length + changes.removeLabels.length === 0 &&
    changes.setLabels === undefined &&
    changes.parent === undefined &&
    changes.claimFor === undefined
  );
}

async function newDescription(flags: UpdateFlags, ctx: BdContext): Promise<string | undefined> {
  const file = flags.stdin === true ? "-" : flags["body-file"];
  if (file === undefined) return flags.description;
  const body = (await readInput(file, ctx)).trimEnd();
  if (body === "" && flags["allow-empty-description"] !== true) {
    throw usageError(
      "refusing to replace the description with nothing",
      "Use --allow-empty-description if that is meant.",
    );
  }
  return body;
}

function title(text: string | undefined): BeadPatch {
  if (text === undefined) return {};
  if (text.trim() === "") throw usageError("title cannot be empty");
  return { title: text.trim() };
}

function unset<K extends keyof BeadPatch>(key: K, value: string | undefined): BeadPatch {
  // SAFETY: only called with keys of text fields, which take text or null.
  return value === undefined ? {} : ({ [key]: value === "" ? null : value } as BeadPatch);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function joined(before: string | undefined, more: string): string {
  return before === undefined || before === "" ? more : `${before}\n${more}`;
}
