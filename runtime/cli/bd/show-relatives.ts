/** `bd show --children`, `--refs` and `--thread`. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { BdContext } from "./context.ts";
import type { Details } from "./details.ts";
import { type IssueJson, issueJson, relatedJson } from "./issue-json.ts";
import { beadLine } from "./render/line.ts";

interface Wanted {
  readonly children?: boolean | undefined;
  readonly refs?: boolean | undefined;
  readonly thread?: boolean | undefined;
}

/** Prints the relatives of the beads found: a map from id to list with `--json`. */
export async function showRelatives(
  found: readonly Details[],
  wanted: Wanted,
  ctx: BdContext,
): Promise<number> {
  const { style } = ctx.out;
  const sections: {
    readonly id: string;
    readonly beads: readonly Bead[];
    readonly json: readonly IssueJson[];
  }[] = [];
  for (const details of found) {
    const { id } = details.bead;
    if (wanted.thread === true) {
      const beads = await threadOf(details.bead, ctx);
      sections.push({ id, beads, json: beads.map(bead => issueJson(bead)) });
      continue;
    }
    const related = details.dependents.filter(
      ({ type }) => (wanted.children === true) === (type === "parent-child"),
    );
    sections.push({
      id,
      beads: related.map(({ bead }) => bead),
      json: related.map(({ bead, type }) =>
        wanted.children === true ? issueJson(bead) : relatedJson(bead, type),
      ),
    });
  }
  const first = sections[0];
  const payload =
    wanted.thread === true && first !== undefined
      ? first.json
      : Object.fromEntries(sections.map(s => [s.id, s.json]));
  ctx.out.emit(payload, () =>
    sections
      .map(({ id, beads }) =>
        [
          `${style.bold(id)}:`,
          ...(beads.length === 0 ? ["  (none)"] : beads.map(b => `  ${beadLine(b, style)}`)),
        ].join("\n"),
      )
      .join("\n\n"),
  );
  return 0;
}

/** The messages of a conversation, oldest first: up along `replies-to` to its start, then all that reply. */
async function threadOf(bead: Bead, ctx: BdContext): Promise<Bead[]> {
  const backend = await ctx.backend();
  let root = bead;
  const seen = new Set<string>();
  while (!seen.has(root.id)) {
    seen.add(root.id);
    const up = root.dependencies?.find(edge => edge.type === "replies-to");
    const next = up === undefined ? undefined : await backend.get(up.depends_on_id);
    if (next === undefined) break;
    root = next;
  }
  const thread = new Map<string, Bead>();
  const queue = [root];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (thread.has(next.id)) continue;
    thread.set(next.id, next);
    for (const { bead: reply, type } of await backend.dependents(next.id))
      if (type === "replies-to") queue.push(reply);
  }
  return [...thread.values()].sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
}
