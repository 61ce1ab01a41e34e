/** Colours for terminals: off when the stream is no terminal, `NO_COLOR` is set or `TERM` is dumb; `FORCE_COLOR` turns them on. */
import type { Io, Out } from "./io.ts";

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

/** Functions that wrap text in a colour, or leave it. */
export type Style = { readonly [K in keyof typeof CODES]: (text: string) => string } & {
  readonly enabled: boolean;
};

/** The style for one stream of this surroundings. */
export function styleFor(io: Pick<Io, "env">, out: Out): Style {
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0";
  const enabled = forced || (out.isTty && (NO_COLOR ?? "") === "" && TERM !== "dumb");
  const paint =
    ([on, off]: readonly [number, number]) =>
    (text: string) =>
      enabled && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    enabled,
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    blue: paint(CODES.blue),
    magenta: paint(CODES.magenta),
    cyan: paint(CODES.cyan),
  };
}

/**
 * Text from agents, repositories and beads made safe for a terminal: control characters go, except newline and tab.
 * Everything that we did not write ourselves passes through here before it is printed.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the point.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "");
}

/** As `printable`, but our own colours stay: the last look at what goes to a terminal. */
export function printableStyled(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
      .split(/(\x1b\[\d{1,3}m)/)
      .map((part, i) => (i % 2 === 1 ? part : printable(part)))
      .join("")
  );
}
