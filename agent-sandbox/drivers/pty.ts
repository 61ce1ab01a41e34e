/** Any command on the terminal; its prompt is in the file that `GASTOWN_PROMPT_FILE` names. */

import { AppError } from "../../store/schema/errors.ts";
import { packageOf } from "../isolation/policy.ts";
import { quote } from "../process/quote.ts";
import type { DriverSpec } from "../protocol/spec.ts";
import type { Driver } from "./driver.ts";

export function ptyDriver(spec: Extract<DriverSpec, { kind: "pty" }>): Driver {
  return {
    untrusted: true,
    fresh: false,
    needs({ path }) {
      const program = spec.command[0] ?? "";
      const found = Bun.which(program, { PATH: path });
      if (found === null) {
        throw new AppError("command_not_found", `The command ${program} of the agent is not on the PATH.`, {
          hint: `Install ${program}, or give its absolute path.`,
          data: { program },
        });
      }
      return { hosts: [], readable: packageOf(found) };
    },
    plan: async () => ({
      script: `exec ${spec.command.map(quote).join(" ")}\n`,
      env: {},
      filter: undefined,
    }),
  };
}
