import type { Reading, Usage } from "../presets/preset.ts";
import type { ToolStep } from "./loop-meter.ts";

/** A line longer than this is shown as it is. */
const MAX_LINE_CHARS = 4_194_304;

/**
 * A filter for terminal output: lines that `read` understands become its words, all others pass unchanged.
 * A line is held back until it ends, when it begins like JSON.
 */
export function readLines(
  read: (line: string) => Reading | undefined,
  onUsage: (usage: Usage) => void,
  onStep: (step: ToolStep) => void = () => undefined,
): (bytes: Uint8Array) => Uint8Array {
  const decoder = new TextDecoder();
  let rest = "";
  // True when the beginning of the present line was shown already.
  let begun = false;
  return bytes => {
    rest += decoder.decode(bytes, { stream: true });
    let shown = "";
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      const line = rest.slice(0, end + 1);
      rest = rest.slice(end + 1);
      const reading = begun ? undefined : read(line.trimEnd());
      begun = false;
      if (reading === undefined) shown += line;
      else if (reading.text !== "") shown += `${reading.text.replaceAll(/\r?\n/g, "\r\n")}\r\n`;
      if (reading?.usage !== undefined) onUsage(reading.usage);
      if (reading?.step !== undefined) onStep(reading.step);
    }
    if (rest !== "" && (begun || !rest.startsWith("{") || rest.length > MAX_LINE_CHARS)) {
      shown += rest;
      rest = "";
      begun = true;
    }
    return Buffer.from(shown);
  };
}
