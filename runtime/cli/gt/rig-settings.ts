/** Settings of a rig from flags: only what was given, so that nothing else changes. */
import type { DriverSpec, Isolation } from "../../../store/schema/agent.ts";
import { isolationSchema } from "../../../store/schema/agent.ts";
import type { RigSettings } from "../../gateway/contract/views.ts";
import { gateOf } from "./rig-flags.ts";

export interface RigFlagValues {
  readonly gate: readonly string[];
  readonly "gate-timeout": number | undefined;
  readonly target: string | undefined;
  readonly "max-polecats": number | undefined;
  readonly "allow-host": readonly string[];
  readonly isolation: string | undefined;
}

/** @throws {AppError} invalid_argument (a usage error) for a gate that is none */
export function settingsOf(flags: RigFlagValues, driver: DriverSpec | undefined): Partial<RigSettings> {
  const isolation: Isolation | undefined =
    flags.isolation === undefined ? undefined : isolationSchema.parse(flags.isolation);
  return {
    ...(flags.gate.length === 0
      ? {}
      : { gates: flags.gate.map(gate => gateOf(gate, flags["gate-timeout"])) }),
    ...(flags.target === undefined ? {} : { target: flags.target }),
    ...(flags["max-polecats"] === undefined ? {} : { max_polecats: flags["max-polecats"] }),
    ...(flags["allow-host"].length === 0 ? {} : { allow_hosts: [...flags["allow-host"]] }),
    ...(driver === undefined ? {} : { driver }),
    ...(isolation === undefined ? {} : { isolation }),
  };
}
