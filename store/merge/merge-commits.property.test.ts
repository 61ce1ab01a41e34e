/** Clones that work apart and merge now and then: they come to the same tree, and no bead goes missing. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { nativeCodec } from "../../runtime/hosts/bun/store/codec.ts";
import type { Branch } from "../branch/branch.ts";
import { actorSignature } from "../branch/signature.ts";
import { targetOf } from "./dependencies.ts";
import { listOf } from "./elements.ts";
import { FileReader } from "./file-version.ts";
import { type Fields, isFields } from "./json.ts";
import { relate } from "./merge-base.ts";
import { mergeCommits } from "./merge-commits.ts";
import { bury, type Edit, edit, firstBead, write } from "./testing/history.ts";
import { commitBeads, memoryBranch } from "./testing/memory-repository.ts";
import { isBeadPath } from "./tree-sides.ts";

const RUNS = Number(process.env.GASTOWN_PROPERTY_RUNS ?? 40);
const START = Date.parse(String(firstBead.created_at));
const CLONES = 4;

type Step =
  | { readonly kind: "edit"; readonly clone: number; readonly bead: number; readonly edit: Edit }
  | { readonly kind: "create"; readonly clone: number; readonly bead: number }
  | { readonly kind: "delete"; readonly clone: number; readonly bead: number }
  | { readonly kind: "sync"; readonly clone: number; readonly with: number };

const clone = fc.integer({ min: 0, max: CLONES - 1 });
const bead = fc.integer({ min: 1, max: 4 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant("edit" as const), clone, bead, edit }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("create" as const), clone, bead }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), clone, bead }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("sync" as const), clone, with: clone }) },
  ),
  { minLength: 5, maxLength: 40 },
);

test("clones that exchange all they have come to the same commit, and every bead of every commit is there", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async script => {
      const world = await World.make();
      for (const step of script) await world.play(step);
      await world.exchange();
      const heads = await Promise.all(world.clones.map(each => each.head()));
      expect(new Set(heads).size).toBe(1);
      await world.expectNothingLost(heads[0] ?? "");
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test("two clones that merge the same two commits make the same commit", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async script => {
      const world = await World.make();
      for (const step of script) await world.play(step);
      const [a, b] = world.clones;
      if (a === undefined || b === undefined) return;
      const [ours, theirs] = [await a.head(), await b.head()];
      await world.pull(a, theirs);
      await world.pull(b, ours);
      if ((await relate(a, ours ?? "", theirs ?? "")).base !== ours)
        expect(await a.head()).toBe(await b.head());
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test("merging three lines in either order gives the same beads", async () => {
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(steps, async script => {
      const world = await World.make();
      // A tombstone that nothing was merged into is smaller than one that was, so deletions are left out here; a cycle
      // is broken by whoever sees it first, and so is an edge to the own parent.
      for (const step of script) if (step.kind !== "delete") await world.play(step, { acyclic: true });
      const [a, b, c] = world.clones;
      if (a === undefined || b === undefined || c === undefined) return;
      const heads = [await a.head(), await b.head(), await c.head()] as const;
      await world.pull(a, heads[1]);
      await world.pull(a, heads[2]);
      await world.pull(b, heads[2]);
      await world.pull(b, heads[0]);
      const [left, right] = [await a.head(), await b.head()];
      merges += left === right ? 0 : 1;
      const differing = await a.diff(left, right);
      expect(differing.filter(each => isBeadPath(each.path))).toEqual([]);
    }),
    { numRuns: RUNS },
  );
  expect(merges).toBeGreaterThan(0);
}, 120_000);

/** Several clones as branches of one repository, so that a fetch is free. */
class World {
  readonly clones: readonly Branch[];
  readonly #commits = new Set<string>();
  #now = START;

  private constructor(clones: readonly Branch[]) {
    this.clones = clones;
  }

  static async make(): Promise<World> {
    let now = () => START;
    const first = await memoryBranch(() => now(), nativeCodec);
    const { dependencies: _, ...alone } = firstBead;
    const root = await commitBeads(first, [alone], START);
    const clones = Array.from({ length: CLONES }, (_, i) => first.sibling(`refs/heads/clone-${i}`));
    for (const each of clones) await each.moveTo(root, undefined, actorSignature("ada", START), "clone");
    const world = new World(clones);
    now = () => world.#now;
    world.#commits.add(root);
    return world;
  }

  async play(step: Step, options: { readonly acyclic?: boolean } = {}): Promise<void> {
    const branch = this.clones[step.clone];
    if (branch === undefined) return;
    this.#now += 700;
    if (step.kind === "sync") return this.sync(branch, this.clones[step.with] ?? branch);
    const id = `gt-${step.bead}`;
    const actor = `clone-${step.clone}`;
    const old = await this.read(branch, await branch.head(), id);
    if (step.kind === "create") {
      if (old !== undefined) return;
      const at = new Date(this.#now).toISOString();
      await this.commit(branch, {
        ...firstBead,
        id,
        title: `by ${actor}`,
        created_by: actor,
        created_at: at,
        updated_at: at,
        dependencies: [],
        _clock: { created_at: [this.#now, 0, actor] },
      });
    } else if (old !== undefined && old.status !== "tombstone") {
      const now = this.#now;
      const next = step.kind === "delete" ? bury(old, now, actor) : write(old, step.edit, now, actor);
      if (options.acyclic === true && !(await this.isAcyclic(branch, next))) return;
      await this.commit(branch, next);
    }
  }

  /** True when all edges go to beads with smaller ids that this clone has, to gt-1 only as parent. */
  async isAcyclic(branch: Branch, bead: Fields): Promise<boolean> {
    for (const edge of listOf(bead.dependencies)) {
      const target = targetOf(edge);
      const isParent = isFields(edge) && edge.type === "parent-child";
      if (target >= String(bead.id) || isParent !== (target === "gt-1")) return false;
      if ((await this.read(branch, await branch.head(), target)) === undefined) return false;
    }
    return true;
  }

  async commit(branch: Branch, version: Fields): Promise<void> {
    this.#commits.add(await commitBeads(branch, [version], this.#now));
  }

  /** Both sides merge what the other has. */
  async sync(a: Branch, b: Branch): Promise<void> {
    await this.pull(a, await b.head());
    await this.pull(b, await a.head());
  }

  async pull(branch: Branch, theirs: string | undefined): Promise<void> {
    const ours = await branch.head();
    if (ours === undefined || theirs === undefined) return;
    const { base } = await relate(branch, ours, theirs);
    if (base === theirs) return;
    if (base === ours) {
      await branch.moveTo(theirs, ours, actorSignature("ada", this.#now), "fast-forward");
      return;
    }
    const merge = await mergeCommits(branch, ours, theirs, base);
    expect(merge).toBeDefined();
    if (merge !== undefined) this.#commits.add(merge.added.commit);
  }

  async exchange(): Promise<void> {
    for (const one of this.clones) for (const other of this.clones) await this.sync(one, other);
    for (const one of this.clones) for (const other of this.clones) await this.sync(one, other);
  }

  async read(branch: Branch, commit: string | undefined, id: string): Promise<Fields | undefined> {
    if (commit === undefined) return undefined;
    const path = `beads/0/${id.slice(3)}/${id}.json`;
    return (await new FileReader(branch).read(path, await branch.findFile(commit, path)))?.bead;
  }

  /** Every bead that any commit had is in the last one, by its birth. */
  async expectNothingLost(head: string): Promise<void> {
    const [branch] = this.clones;
    if (branch === undefined) return;
    const born = async (commit: string) => {
      const births = new Set<string>();
      for (const { path, after } of await branch.diff(undefined, commit)) {
        const version = isBeadPath(path) ? await new FileReader(branch).read(path, after) : undefined;
        if (version === undefined) continue;
        expect(version.bead).toBeDefined();
        births.add(`${version.bead?.created_at} ${version.bead?.created_by}`);
      }
      return births;
    };
    const last = await born(head);
    for (const commit of this.#commits)
      for (const birth of await born(commit)) expect(last.has(birth)).toBe(true);
  }
}
