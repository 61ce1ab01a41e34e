/** Gates as one text: the same text means the same checks. */
import type { Gate } from "../protocol/spec.ts";

/** Names, commands and time limits, in their order. */
export function gatesKey(gates: readonly Gate[]): string {
  return JSON.stringify(gates.map(({ name, command, timeout_s }) => [name, command, timeout_s]));
}
