/** The objects that commits bring: what a pack for a remote must hold. */
import type { Branch } from "../branch/branch.ts";
import { parseTree, TREE_MODE, type TreeEntry } from "../branch/objects.ts";
import { PackBuilder } from "../branch/pack-build.ts";

/** Calls back for every object that these commits have and none of their parents has, commits first. */
export async function walkNewObjects(
  branch: Branch,
  commits: readonly string[],
  visit: (oid: string, kind: "commit" | "tree" | "blob", data: Uint8Array | undefined) => Promise<void>,
): Promise<void> {
  const seen = new Set<string>();
  const walkTree = async (tree: string, others: readonly string[]): Promise<void> => {
    if (seen.has(tree) || others.includes(tree)) return;
    seen.add(tree);
    const data = await branch.objects.readTreeBytes(tree);
    await visit(tree, "tree", data);
    const known = await Promise.all(others.map(other => entriesOf(branch, other)));
    for (const entry of parseTree(data)) {
      const same = known.map(entries => entries.get(entry.name)).filter(each => each !== undefined);
      if (same.some(each => each.oid === entry.oid) || entry.mode === "160000") continue;
      if (entry.mode === TREE_MODE) {
        await walkTree(
          entry.oid,
          same.filter(each => each.mode === TREE_MODE).map(each => each.oid),
        );
      } else if (!seen.has(entry.oid)) {
        seen.add(entry.oid);
        await visit(entry.oid, "blob", undefined);
      }
    }
  };
  for (const oid of commits) {
    const data = await branch.objects.read(oid, "commit");
    await visit(oid, "commit", data);
    const { tree, parents } = await branch.readCommit(oid);
    const others: string[] = [];
    for (const parent of parents) others.push((await branch.readCommit(parent)).tree);
    await walkTree(tree, others);
  }
}

/** A pack of all objects that these commits bring. */
export async function packCommits(branch: Branch, commits: readonly string[]): Promise<Uint8Array> {
  const pack = new PackBuilder(branch.codec);
  await walkNewObjects(branch, commits, async (oid, kind, data) => {
    pack.addKnown(oid, kind, data ?? (await branch.readBlob(oid)));
  });
  return (await pack.build()).pack;
}

/** Reads everything that these commits bring. @throws {AppError} corrupt when something is missing */
export async function checkComplete(branch: Branch, commits: readonly string[]): Promise<void> {
  await walkNewObjects(branch, commits, async (oid, kind) => {
    if (kind === "blob") await branch.readBlob(oid);
  });
}

async function entriesOf(branch: Branch, tree: string): Promise<ReadonlyMap<string, TreeEntry>> {
  return new Map((await branch.objects.readTree(tree)).map(entry => [entry.name, entry]));
}
