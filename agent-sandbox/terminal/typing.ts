/** What people have typed and not yet sent: whoever types for others waits until their line is theirs no more. */

export interface Typing {
  /** Somebody at the terminal has typed this. */
  typed(text: string): void;
  /** True when a line was begun and not sent or given up. */
  readonly open: boolean;
  /** Epoch ms of the last key; 0 before the first. */
  readonly last: number;
}

/** Cursor keys, mouse and focus reports, answers to questions of the program: no words of a person. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what is looked for.
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;
/** Enter, Ctrl-C, Ctrl-D, Ctrl-U: the line is gone from under the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const ENDS = /[\r\n\u0003\u0004\u0015]/g;

export function createTyping(now: () => number): Typing {
  let open = false;
  let last = 0;
  return {
    typed(text) {
      const keys = text.replaceAll(SEQUENCES, "");
      if (keys === "") return;
      last = now();
      const end = [...keys.matchAll(ENDS)].at(-1);
      const rest = end === undefined ? keys : keys.slice(end.index + 1);
      if (end !== undefined) open = false;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what leaves no letter begins no line.
      if (rest.replaceAll(/[\u0000-\u001f\u007f]/g, "") !== "") open = true;
    },
    get open() {
      return open;
    },
    get last() {
      return last;
    },
  };
}
