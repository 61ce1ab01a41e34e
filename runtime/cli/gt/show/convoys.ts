/** Convoys as lines for a person. */
import type { ConvoyView } from "../../../gateway/contract/views.ts";
import { printable, type Style } from "../../lib/style.ts";
import { statusColour } from "./beads.ts";

/** One line: id, how far, title. */
export function convoyLine(convoy: ConvoyView, style: Style): string {
  const paint = {
    staged: style.dim,
    open: style.cyan,
    stranded: style.yellow,
    landed: style.green,
    failed: style.red,
    closed: style.dim,
  }[convoy.state];
  const failed = convoy.failed > 0 ? style.red(` ${convoy.failed} failed`) : "";
  const others = convoy.unmerged > 0 ? ` ${convoy.unmerged} closed unmerged` : "";
  return `${convoy.id}  ${paint(convoy.state.padEnd(8))}  ${convoy.merged}/${convoy.total} merged${others}${failed}  ${printable(convoy.title)}`;
}

/** All of it: who is told, its beads wave by wave, and what keeps it. */
export function convoyLines(convoy: ConvoyView, style: Style): string[] {
  const kept = new Map(convoy.stranded.map(({ bead, reason }) => [bead, reason]));
  const waves = new Set(convoy.beads.map(({ wave }) => wave)).size;
  const lines = [convoyLine(convoy, style)];
  const people = [convoy.owner, ...convoy.watchers].filter(name => name !== undefined);
  if (people.length > 0) lines.push(style.dim(`  told: ${printable(people.join(", "))}`));
  if (convoy.mode !== undefined) lines.push(style.dim(`  mode: ${convoy.mode}`));
  for (const { id, title, status, wave } of convoy.beads) {
    const place = waves > 1 && wave !== undefined ? style.dim(`wave ${wave}  `) : "";
    const why = kept.get(id);
    lines.push(`  ${place}${id}  ${statusColour(status, style)(status.padEnd(11))}  ${printable(title)}`);
    if (why !== undefined) lines.push(`    ${style.yellow(printable(why))}`);
  }
  if (convoy.state === "staged") lines.push(style.dim(`  It waits: gt convoy start ${convoy.id}`));
  return lines;
}
