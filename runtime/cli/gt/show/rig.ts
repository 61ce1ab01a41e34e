/** A rig as lines for a person: where it is, and each of its settings. */
import { type DriverSpec, driverSpecSchema } from "../../../../store/schema/agent.ts";
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
  const driver = driverSpecSchema.safeParse(value);
  if (driver.success) return driverWords(driver.data);
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return members.map(([key, member]) => `${key} ${member}`).join(", ") || "none";
}

function driverWords(driver: DriverSpec): string {
  switch (driver.kind) {
    case "script":
      return driver.kind;
    case "pty":
      return `${driver.kind} ${driver.command.join(" ")}`;
    case "exec": {
      const { preset, program, model, extra_args } = driver;
      const from = program === undefined ? [] : [`(${program})`];
      const asked = model === undefined ? [] : ["--model", model];
      return [preset, ...from, ...asked, ...extra_args].join(" ");
    }
    default:
      return driver satisfies never;
  }
}
