/** A rig as lines for a person: where it is, and each of its settings. */
import type { RigView } from "../../../gateway/contract/views.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";

/** The rig, then a line for each setting. */
export function rigLines(rig: RigView, { style }: Pick<GtContext, "style">): string[] {
  const settings = Object.entries(rig.settings).filter(([, value]) => value !== undefined);
  const width = Math.max(...settings.map(([name]) => name.length));
  return [
    `${style.bold(rig.name)}  ${rig.state}${rig.reason === undefined ? "" : `: ${printable(rig.reason)}`}  ${printable(rig.git_url)}`,
    ...settings.map(
      ([name, value]) => `  ${style.dim(name.padEnd(width))}  ${printable(words(name, value))}`,
    ),
  ];
}

function words(name: string, value: unknown): string {
  if (name === "gates" && Array.isArray(value)) {
    const gates = value.map(
      ({ name: gate, command }: { name: string; command: string }) => `${gate}=${command}`,
    );
    return gates.join(", ") || "none";
  }
  if (Array.isArray(value)) return value.join(", ") || "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "object" && value !== null) {
    const { kind, preset, command } = value as { kind?: unknown; preset?: unknown; command?: unknown };
    return [kind, preset, Array.isArray(command) ? command.join(" ") : command].filter(Boolean).join(" ");
  }
  return String(value);
}
