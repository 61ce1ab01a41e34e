/**
 * Follows terminal output byte by byte, to know where it may be cut: between two characters or control sequences,
 * never inside one. Also boils output that nobody will see down to what still matters of it: modes, colours, title.
 */

const ESC = 0x1b;
const BEL = 0x07;
const LF = 0x0a;
const CAN = 0x18;
const SUB = 0x1a;
const BACKSLASH = 0x5c;

type State = "ground" | "utf8" | "escape" | "intermediate" | "csi" | "string" | "string-escape";

/** Longer sequences are not worth keeping when output is skipped. */
const MAX_KEPT_BYTES = 1_024;
/** Most bytes that a digest of skipped output may have; older sequences go first. */
const MAX_DIGEST_BYTES = 16_384;

export interface SequenceTracker {
  /** Reads on; answers how many of these bytes lie before the last safe cut, 0 for none. */
  push(bytes: Uint8Array): number;
  /** Reads on and answers the control sequences in these bytes that outlive the text around them. */
  digest(bytes: Uint8Array): Uint8Array;
  /** Reads on to just behind the first line feed that is a safe cut; answers the number of bytes, or -1 when there is none. */
  pastLine(bytes: Uint8Array): number;
}

export function createSequenceTracker(): SequenceTracker {
  let state: State = "ground";
  let continuation = 0;

  function step(byte: number): void {
    switch (state) {
      case "ground":
        if (byte === ESC) state = "escape";
        else if (byte >= 0xc2 && byte <= 0xf4) {
          continuation = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
          state = "utf8";
        }
        return;
      case "utf8":
        if ((byte & 0xc0) === 0x80) {
          continuation -= 1;
          if (continuation === 0) state = "ground";
        } else {
          state = "ground";
          step(byte);
        }
        return;
      case "escape":
        if (byte === 0x5b) state = "csi";
        else if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f)
          state = "string";
        else if (byte >= 0x20 && byte <= 0x2f) state = "intermediate";
        else if (byte !== ESC) state = "ground";
        return;
      case "intermediate":
        if (byte === ESC) state = "escape";
        else if (byte < 0x20 || byte > 0x2f) state = "ground";
        return;
      case "csi":
        if (byte === ESC) state = "escape";
        else if ((byte >= 0x40 && byte <= 0x7e) || byte === CAN || byte === SUB) state = "ground";
        return;
      case "string":
        if (byte === ESC) state = "string-escape";
        else if (byte === BEL || byte === CAN || byte === SUB) state = "ground";
        return;
      case "string-escape":
        if (byte === BACKSLASH) state = "ground";
        else {
          state = "escape";
          step(byte);
        }
        return;
      default:
        state satisfies never;
    }
  }

  return {
    push(bytes) {
      let cut = 0;
      for (let index = 0; index < bytes.length; index += 1) {
        step(bytes[index] ?? 0);
        if (state === "ground") cut = index + 1;
      }
      return cut;
    },
    digest(bytes) {
      const kept: Uint8Array[] = [];
      let size = 0;
      let start = -1;
      for (let index = 0; index < bytes.length; index += 1) {
        const before = state;
        step(bytes[index] ?? 0);
        if (before === "ground" && state === "escape") start = index;
        else if (state === "ground" && start >= 0) {
          const sequence = bytes.subarray(start, index + 1);
          start = -1;
          if (!outlivesText(sequence)) continue;
          kept.push(sequence);
          size += sequence.length;
          while (size > MAX_DIGEST_BYTES) size -= kept.shift()?.length ?? size;
        }
      }
      return Buffer.concat(kept);
    },
    pastLine(bytes) {
      for (let index = 0; index < bytes.length; index += 1) {
        step(bytes[index] ?? 0);
        if (state === "ground" && bytes[index] === LF) return index + 1;
      }
      return -1;
    },
  };
}

/** Mode switches, colours, scroll region, charset, saved cursor, reset, title: yes. Cursor moves and erasing: no. */
function outlivesText(sequence: Uint8Array): boolean {
  if (sequence.length > MAX_KEPT_BYTES) return false;
  const kind = sequence[1];
  const last = String.fromCharCode(sequence[sequence.length - 1] ?? 0);
  if (kind === 0x5b) return "hlmrqu".includes(last);
  if (kind === 0x5d) return sequence[2] === 0x30 || sequence[2] === 0x32;
  return "c=>78()*+".includes(String.fromCharCode(kind ?? 0));
}
