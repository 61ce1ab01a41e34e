/** A short name of a driver for people: `script`, `claude`, the program of a pty. */
import type { DriverSpec } from "../../store/schema/agent.ts";

export function driverName(driver: DriverSpec): string {
  switch (driver.kind) {
    case "script":
      return "script";
    case "exec":
      return driver.preset;
    case "pty":
      return driver.command[0] ?? "pty";
    default:
      return driver satisfies never;
  }
}
