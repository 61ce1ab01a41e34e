import type { DriverSpec } from "../protocol/spec.ts";
import type { Driver } from "./driver.ts";
import { execDriver } from "./exec.ts";
import { ptyDriver } from "./pty.ts";
import { scriptDriver } from "./script.ts";

/** The driver that the spec names. */
export function driverFor(spec: DriverSpec): Driver {
  switch (spec.kind) {
    case "script":
      return scriptDriver;
    case "pty":
      return ptyDriver(spec);
    case "exec":
      return execDriver(spec);
    default:
      return spec satisfies never;
  }
}
