/**
 * A change as seen by a command, over beads that were fetched from a town: it is done on copies, and written down as
 * calls to be made afterwards. Beads that are made have a provisional id until then.
 */
import type { BeadFilter, Origin } from "../../../store/api.ts";
import { selectIssues } from "../../../store/index/issue-query.ts";
import type { Bead, BeadPatch, Comment, Dependency, NewBead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Writer } from "./backend.ts";

/** One call to the town. Ids may be provisional. */
export type TownCall =
  | { readonly kind: "create"; readonly id: string; readonly input: NewBead }
  | { readonly kind: "patch"; readonly id: string; readonly patch: Record<string, unknown> }
  | { readonly kind: "close"; readonly id: string; readonly reason: string | undefined }
  | { readonly kind: "reopen"; readonly id: string }
  | { readonly kind: "comment"; readonly id: string; readonly text: string; readonly made: Comment }
  | { readonly kind: "link"; readonly id: string; readonly on: string; readonly type: string }
  | { readonly kind: "unlink"; readonly id: string; readonly on: string }
  | { readonly kind: "delete"; readonly id: string };

/** Fields that a town lets be changed. */
const PATCHABLE = [
  "title",
  "description",
  "design",
  "acceptance_criteria",
  "notes",
  "status",
  "priority",
  "issue_type",
  "assignee",
  "metadata",
];

/** See the file comment. */
export class TownWrites implements Writer {
  readonly now: string;
  readonly origin: Origin;
  readonly calls: TownCall[] = [];
  readonly #beads: Map<string, Bead>;

  constructor(beads: readonly Bead[], origin: Origin, now: string) {
    this.#beads = new Map(beads.map(bead => [bead.id, bead]));
    this.origin = origin;
    this.now = now;
  }

  get dirty(): boolean {
    return this.calls.length > 0;
  }

  get(id: string): Bead | undefined {
    return this.#beads.get(id);
  }

  require(id: string): Bead {
    const bead = this.#beads.get(id);
    if (bead === undefined) throw new AppError("not_found", `no issue found matching "${id}"`);
    return bead;
  }

  query(filter: BeadFilter): Bead[] {
    const { dependsOn, edgeType, status, type, ids, parent } = filter;
    const edges = (bead: Bead) =>
      (dependsOn === undefined && edgeType === undefined) ||
      (bead.dependencies ?? []).some(
        edge =>
          (dependsOn === undefined || edge.depends_on_id === dependsOn) &&
          (edgeType === undefined || edge.type === edgeType),
      );
    return selectIssues([...this.#beads.values()].filter(edges), { status, type, ids, parent }, this.now);
  }

  ready(): Bead[] {
    throw unavailable("ready work inside a change");
  }

  blockers(id: string): string[] {
    return (this.require(id).dependencies ?? [])
      .filter(edge => edge.type === "blocks" || edge.type === "conditional-blocks")
      .map(edge => edge.depends_on_id)
      .filter(target => {
        const bead = this.#beads.get(target);
        return bead !== undefined && bead.status !== "closed" && bead.status !== "pinned";
      });
  }

  create(input: NewBead): Bead {
    const id = input.id ?? `new-${this.calls.length}`;
    const { prefix: _prefix, parent, dependencies, ...fields } = input;
    const bead: Bead = {
      ...fields,
      id,
      status: input.status ?? "open",
      priority: input.priority ?? 2,
      issue_type: input.issue_type ?? "task",
      created_at: this.now,
      updated_at: this.now,
      dependencies: [
        ...(parent === undefined ? [] : [edge(id, parent, "parent-child", this.now)]),
        ...(dependencies ?? []).map(d => edge(id, d.depends_on_id, d.type ?? "blocks", this.now)),
      ],
    };
    this.#beads.set(id, bead);
    this.calls.push({ kind: "create", id, input });
    return bead;
  }

  update(id: string, patch: BeadPatch): Bead {
    const before = this.require(id);
    const other = Object.keys(patch).find(key => !PATCHABLE.includes(key));
    if (patch.status === "open" && patch.defer_until === null && other === "defer_until")
      return this.#reopen(before);
    if (other !== undefined) throw unavailable(`changing ${other}`);
    const metadata = patch.metadata === undefined ? before.metadata : merged(before.metadata, patch.metadata);
    const after: Bead = { ...before, updated_at: this.now };
    for (const [key, value] of Object.entries(patch)) {
      if (value === null || value === undefined) delete after[key];
      else after[key] = value;
    }
    if (metadata !== undefined) after.metadata = metadata;
    this.#beads.set(id, after);
    this.calls.push({ kind: "patch", id, patch: { ...patch } });
    return after;
  }

  close(id: string, reason?: string): Bead {
    const after: Bead = { ...this.require(id), status: "closed", closed_at: this.now };
    if (reason !== undefined) after.close_reason = reason;
    this.#beads.set(id, after);
    this.calls.push({ kind: "close", id, reason });
    return after;
  }

  addDependency(id: string, dependsOn: string, type = "blocks"): Dependency {
    const before = this.require(id);
    const made = edge(id, dependsOn, type, this.now);
    this.#beads.set(id, { ...before, dependencies: [...(before.dependencies ?? []), made] });
    this.calls.push({ kind: "link", id, on: dependsOn, type });
    return made;
  }

  removeDependency(id: string, dependsOn: string): boolean {
    const before = this.require(id);
    const left = (before.dependencies ?? []).filter(other => other.depends_on_id !== dependsOn);
    if (left.length === (before.dependencies ?? []).length) return false;
    this.#beads.set(id, { ...before, dependencies: left });
    this.calls.push({ kind: "unlink", id, on: dependsOn });
    return true;
  }

  addLabel(id: string, label: string): void {
    const before = this.require(id);
    if (before.labels?.includes(label)) return;
    this.#beads.set(id, { ...before, labels: [...(before.labels ?? []), label] });
    this.calls.push({ kind: "patch", id, patch: { add_labels: [label] } });
  }

  removeLabel(id: string, label: string): void {
    const before = this.require(id);
    if (before.labels?.includes(label) !== true) return;
    this.#beads.set(id, { ...before, labels: before.labels.filter(other => other !== label) });
    this.calls.push({ kind: "patch", id, patch: { remove_labels: [label] } });
  }

  comment(id: string, text: string, author = this.origin.actor): Comment {
    const before = this.require(id);
    const made: Comment = { id: "", issue_id: id, author, text, created_at: this.now };
    this.#beads.set(id, { ...before, comments: [...(before.comments ?? []), made] });
    this.calls.push({ kind: "comment", id, text, made });
    return made;
  }

  delete(id: string): void {
    this.require(id);
    this.#beads.delete(id);
    this.calls.push({ kind: "delete", id });
  }

  isDeleted(): boolean {
    return false;
  }

  put(): Bead {
    throw unavailable("writing beads as they are");
  }

  setConfig(): void {
    throw unavailable("changing settings");
  }

  #reopen(before: Bead): Bead {
    const { closed_at: _at, close_reason: _why, ...rest } = before;
    const after = { ...rest, status: "open" };
    this.#beads.set(before.id, after);
    this.calls.push({ kind: "reopen", id: before.id });
    return after;
  }
}

/** The refusal of what a town does not offer. */
export function unavailable(what: string): AppError {
  return new AppError("not_supported", `${what} is not available through the town`, {
    hint: "A person can do it with bd in the rig's repository.",
  });
}

function edge(id: string, target: string, type: string, now: string): Dependency {
  return { issue_id: id, depends_on_id: target, type, created_at: now };
}

function merged(
  before: Readonly<Record<string, unknown>> | undefined,
  patch: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const all = { ...before, ...patch };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}
