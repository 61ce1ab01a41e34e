import type { Reading, Usage } from "../presets/preset.ts";

/** A line longer than this is shown as it is. */
const MAX_LINE_CHARS = 4_194_304;

/**
 * A filter for terminal output: lines that `read` understands become its words, all others pass unchanged.
 * A line is held back until it ends, when it begins like JSON.
 */
export function readLines(
  read: (line: string) => Reading | undefined,
  onUsage: (usage: Usage) => void,
): (bytes: Uint8Array) => Uint8Array {
  const decoder = new TextDecoder();
  let rest = "";
  return bytes => {
    rest += decoder.decode(bytes, { stream: true });
    let shown = "";
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      const line = rest.slice(0, end).replace(/\r$/, "");
      rest = rest.slice(end + 1);
      const reading = read(line);
      if (reading === undefined) shown += `${line}\r\n`;
      else if (reading.text !== "") shown += `${reading.text.replaceAll(/\r?\n/g, "\r\n")}\r\n`;
      if (reading?.usage !== undefined) onUsage(reading.usage);
    }
    if (!rest.startsWith("{") || rest.length > MAX_LINE_CHARS) {
      shown += rest;
      rest = "";
    }
    return Buffer.from(shown);
  };
}
