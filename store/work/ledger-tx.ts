/** A unit of work over several stores: each operation goes to the part whose prefix the id has. */
import type { BeadFilter, BeadStore, BeadTx, Origin } from "../api.ts";
import { AFFECTING_TYPES, checkRing, parentOf } from "../model/dependency-rules.ts";
import { compareBeads } from "../model/filter.ts";
import type { Bead, BeadPatch, Comment, Dependency, NewBead } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import { hasPrefix, noIssueFound } from "../schema/ids.ts";

/** One store's part. */
export interface LedgerPart {
  readonly store: BeadStore;
  readonly tx: BeadTx;
  readonly prefixes: readonly string[];
}

/** See the file comment. */
export class LedgerTx implements BeadTx {
  readonly origin: Origin;
  readonly parts: readonly LedgerPart[];

  constructor(origin: Origin, parts: readonly LedgerPart[]) {
    this.origin = origin;
    this.parts = parts;
  }

  get now(): string {
    return this.#main().now;
  }

  get dirty(): boolean {
    return this.parts.some(part => part.tx.dirty);
  }

  get(id: string): Bead | undefined {
    return this.#owner(id)?.get(id);
  }

  require(id: string): Bead {
    return this.#part(id).require(id);
  }

  query(filter: BeadFilter): Bead[] {
    return this.#gather(filter, (tx, part) => tx.query(part));
  }

  ready(filter: BeadFilter = {}): Bead[] {
    const { limit, offset = 0, ...rest } = filter;
    const isReady = (bead: Bead) => this.#foreignBlockers(bead).length === 0;
    if (limit === undefined)
      return this.#gather(rest, (tx, part) => tx.ready(part))
        .filter(isReady)
        .slice(offset);
    // Few beads wait for beads of other stores: a page as large as what is wanted is mostly enough.
    for (let size = offset + limit; ; size *= 4) {
      const page = this.#gather({ ...rest, limit: size }, (tx, part) => tx.ready(part));
      const ready = page.filter(isReady);
      if (ready.length >= offset + limit || page.length < size) return ready.slice(offset, offset + limit);
    }
  }

  blockers(id: string): string[] {
    const bead = this.get(id);
    const foreign = bead === undefined ? [] : this.#foreignBlockers(bead);
    return [...new Set([...this.#part(id).blockers(id), ...foreign])];
  }

  create(input: NewBead): Bead {
    const { prefix } = input;
    if (input.id !== undefined) return (this.#owner(input.id) ?? this.#main()).create(input);
    if (prefix !== undefined) return this.#byPrefix(prefix).create(input);
    if (input.parent !== undefined) return this.#part(input.parent).create(input);
    return this.#main().create(input);
  }

  update(id: string, patch: BeadPatch): Bead {
    return this.#part(id).update(id, patch);
  }

  close(id: string, reason?: string): Bead {
    return this.#part(id).close(id, reason);
  }

  addDependency(id: string, dependsOn: string, type?: string, metadata?: string): Dependency {
    const part = this.#part(id);
    // Each store sees the rings within it; one may go through several.
    if (this.parts.length > 1)
      checkRing({ bead: other => this.get(other) }, { id, dependsOn, type: type ?? "blocks" });
    return part.addDependency(id, dependsOn, type, metadata);
  }

  removeDependency(id: string, dependsOn: string): boolean {
    return this.#part(id).removeDependency(id, dependsOn);
  }

  addLabel(id: string, label: string): void {
    this.#part(id).addLabel(id, label);
  }

  removeLabel(id: string, label: string): void {
    this.#part(id).removeLabel(id, label);
  }

  comment(id: string, text: string, author?: string): Comment {
    return this.#part(id).comment(id, text, author);
  }

  delete(id: string, reason?: string): void {
    this.#part(id).delete(id, reason);
  }

  put(bead: Bead, event: "imported" | "restored"): Bead {
    return this.#part(bead.id).put(bead, event);
  }

  #main(): BeadTx {
    const [main] = this.parts;
    if (main === undefined) throw new AppError("internal", "A ledger without stores.");
    return main.tx;
  }

  #byPrefix(prefix: string): BeadTx {
    const part = this.parts.find(candidate => candidate.prefixes.includes(prefix));
    if (part !== undefined) return part.tx;
    throw new AppError("not_found", `No bead store has the prefix ${prefix}.`, {
      hint: `Use one of ${this.parts.flatMap(each => [...each.prefixes]).join(", ")}.`,
      data: { prefix },
    });
  }

  #owner(id: string): BeadTx | undefined {
    let best: { readonly tx: BeadTx; readonly length: number } | undefined;
    for (const part of this.parts) {
      for (const prefix of part.prefixes) {
        if (hasPrefix(id, prefix) && prefix.length > (best?.length ?? 0))
          best = { tx: part.tx, length: prefix.length };
      }
    }
    return best?.tx;
  }

  #part(id: string): BeadTx {
    const owner = this.#owner(id);
    if (owner === undefined) throw noIssueFound(id);
    return owner;
  }

  #gather(filter: BeadFilter, read: (tx: BeadTx, filter: BeadFilter) => Bead[]): Bead[] {
    const { prefix, limit, offset = 0 } = filter;
    const parts =
      prefix === undefined ? this.parts : this.parts.filter(part => part.prefixes.includes(prefix));
    const { offset: _offset, limit: _limit, ...rest } = filter;
    const open = limit === undefined ? rest : { ...rest, limit: offset + limit };
    const found = parts.flatMap(part => read(part.tx, open));
    found.sort(compareBeads(filter.sort, Date.parse(this.now)));
    return found.slice(offset, limit === undefined ? undefined : offset + limit);
  }

  /** Open beads of other stores that this one, or one of its ancestors, needs. */
  #foreignBlockers(bead: Bead): string[] {
    const blockers: string[] = [];
    const seen = new Set<string>();
    for (let at: Bead | undefined = bead; at !== undefined && !seen.has(at.id); ) {
      seen.add(at.id);
      const own = this.#owner(at.id);
      for (const edge of at.dependencies ?? []) {
        if (!AFFECTING_TYPES.includes(edge.type) || edge.type === "parent-child") continue;
        const owner = this.#owner(edge.depends_on_id);
        if (owner === undefined || owner === own) continue;
        const target = owner.get(edge.depends_on_id);
        if (target !== undefined && target.status !== "closed" && target.status !== "pinned")
          blockers.push(target.id);
      }
      const parent: string | undefined = parentOf(at);
      at = parent === undefined ? undefined : this.get(parent);
    }
    return blockers;
  }
}
