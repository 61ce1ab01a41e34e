/** Convoys as lines for a person. */
import type { ConvoyView } from "../../../gateway/contract/views.ts";
import { printable, type Style } from "../../lib/style.ts";

/** One line: id, how far, title. */
export function convoyLine(convoy: ConvoyView, style: Style): string {
  const paint = { open: style.cyan, landed: style.green, failed: style.red }[convoy.state];
  const failed = convoy.failed > 0 ? style.red(` ${convoy.failed} failed`) : "";
  return `${convoy.id}  ${paint(convoy.state.padEnd(6))}  ${convoy.merged}/${convoy.total} merged${failed}  ${printable(convoy.title)}`;
}
