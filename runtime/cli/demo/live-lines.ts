/** A block of lines that is rewritten in place on a terminal; anywhere else each line is written once when it changes. */
import type { Out } from "../lib/io.ts";
import { cut } from "../lib/table.ts";

export interface LiveLines {
  /** Shows the block anew. Lines are keyed, so that off a terminal only changed ones are written. */
  show(lines: readonly { readonly key: string; readonly text: string; readonly plain: string }[]): void;
  /** Writes a line above the block, for good. */
  say(line: string): void;
  /** Leaves the block as it is and goes on below it. */
  end(): void;
}

const UP = (count: number): string => (count === 0 ? "" : `\x1b[${count}A`);

export function createLiveLines(out: Out): LiveLines {
  let shown: readonly string[] = [];
  const last = new Map<string, string>();
  const erase = (): string => (shown.length === 0 ? "" : `${UP(shown.length)}\x1b[J`);
  return {
    show(lines) {
      if (!out.isTty) {
        for (const { key, plain } of lines) {
          if (last.get(key) === plain) continue;
          last.set(key, plain);
          out.write(`${plain}\n`);
        }
        return;
      }
      const next = lines.map(({ text, plain }) =>
        Bun.stringWidth(text) < out.columns ? text : cut(plain, out.columns - 1),
      );
      if (next.length === shown.length && next.every((line, index) => line === shown[index])) return;
      out.write(`${erase()}${next.map(line => `${line}\n`).join("")}`);
      shown = next;
    },
    say(line) {
      if (!out.isTty) {
        out.write(`${line}\n`);
        return;
      }
      out.write(`${erase()}${line}\n${shown.map(old => `${old}\n`).join("")}`);
    },
    end() {
      shown = [];
    },
  };
}
