/**
 * The field `notes`, which agents append to. It is a text and pieces appended to it, each with its stamp; concurrent
 * appends are all kept, in the order of their stamps. A rewrite of the whole text is last-writer-wins.
 * The pieces are found again by clock keys: `notes/120` is the stamp of the piece that begins at UTF-16 offset 120,
 * and `notes/+120` that of one before which the merge put a line break.
 */
import type { Stamp } from "../schema/bead.ts";
import { compareText, compareValues, unsetIfEmpty } from "./json.ts";
import { defineRule, isStamped, type Rule, type Side, stampOf, writeStamp } from "./rule.ts";
import { compareStamps } from "./stamp.ts";

const FIELD = "notes";
const PIECE_KEY = /^notes\/(\+?)(\d+)$/;

interface Piece {
  readonly stamp: Stamp;
  readonly text: string;
}

interface Notes {
  /** When the text was last written as a whole. */
  readonly stamp: Stamp | undefined;
  readonly text: string;
  /** In the order of their stamps. */
  readonly pieces: readonly Piece[];
}

/** Appends add up; rewrites replace. */
export const notes: Rule = defineRule<Notes>({
  fields: [FIELD],
  read: side => {
    const whole = unsetIfEmpty(side.fields[FIELD]);
    const text = typeof whole === "string" ? whole : "";
    return split(text, side) ?? written(text, side, []);
  },
  write: (state, into) => {
    writeStamp(into, FIELD, state.text !== "", state.stamp);
    const text = render(state, (key, stamp) => {
      into.clock.set(key, stamp);
    });
    if (text !== "") into.fields.set(FIELD, text);
  },
  join,
  restamp: (before, after, by) => {
    const old = render(before);
    const now = render(after);
    const own = isStamped(before.stamp, after.stamp, by);
    if (old === now) return own ? after : before;
    const follows = after.text === before.text && compareNotes(join(before, after), after) === 0;
    const honest = own || (follows && compareStamps(after.stamp, before.stamp) === 0);
    const grown = now.startsWith(old) ? now.slice(old.length) : "";
    if (honest && (after.pieces.length > 0 || grown === "")) return after;
    const stamp = own && after.stamp !== undefined ? after.stamp : by.at;
    if (grown === "") return { stamp, text: now, pieces: [] };
    return { ...before, pieces: [...before.pieces, { stamp, text: grown }].sort(comparePieces) };
  },
  losses: (a, b, base) => {
    if (compareWritings(a, b) === 0) return [];
    const winner = join(a, b);
    const loser = winner === a ? b : a;
    const text = render(loser);
    const known = text === "" || text === render(winner) || (base !== undefined && text === render(base));
    return known ? [] : [{ kind: "text", field: FIELD, text, stamp: loser.stamp }];
  },
});

function join(a: Notes, b: Notes): Notes {
  const order = compareWritings(a, b);
  if (order !== 0) return order > 0 ? a : b;
  const pieces = [...a.pieces];
  for (const piece of b.pieces) {
    if (!pieces.some(other => comparePieces(other, piece) === 0)) pieces.push(piece);
  }
  return { stamp: a.stamp, text: a.text, pieces: pieces.sort(comparePieces) };
}

/** Order of the writings that the pieces were appended to. */
function compareWritings(a: Notes, b: Notes): number {
  return compareStamps(a.stamp, b.stamp) || compareText(a.text, b.text);
}

function compareNotes(a: Notes, b: Notes): number {
  return compareWritings(a, b) || compareValues(a.pieces, b.pieces);
}

function comparePieces(a: Piece, b: Piece): number {
  return compareStamps(a.stamp, b.stamp) || compareText(a.text, b.text);
}

/** The whole text. `mark` is told the clock key of every piece. */
function render(state: Notes, mark?: (key: string, stamp: Stamp) => void): string {
  let text = state.text;
  for (const piece of state.pieces) {
    const glue = text !== "" && !text.endsWith("\n") && !piece.text.startsWith("\n");
    if (glue) text += "\n";
    mark?.(`${FIELD}/${glue ? "+" : ""}${text.length}`, piece.stamp);
    text += piece.text;
  }
  return text;
}

/** Takes the text apart by the clock; undefined when what the clock says can not be so. */
function split(whole: string, side: Side): Notes | undefined {
  const marks: { readonly at: number; readonly glued: boolean; readonly stamp: Stamp }[] = [];
  for (const [key, stamp] of side.clock) {
    const match = PIECE_KEY.exec(key);
    if (match !== null) marks.push({ at: Number(match[2]), glued: match[1] === "+", stamp });
  }
  marks.sort((a, b) => b.at - a.at);
  const pieces: Piece[] = [];
  let end = whole.length;
  for (const mark of marks) {
    const start = mark.glued ? mark.at - 1 : mark.at;
    if (start < 0 || mark.at >= end || (mark.glued && whole[start] !== "\n")) return undefined;
    pieces.unshift({ stamp: mark.stamp, text: whole.slice(mark.at, end) });
    end = start;
  }
  const state = written(whole.slice(0, end), side, pieces);
  const ordered = pieces.every((piece, i) => {
    const last = pieces[i - 1];
    return (
      compareStamps(piece.stamp, state.stamp) > 0 && (last === undefined || comparePieces(last, piece) < 0)
    );
  });
  return ordered && sameMarks(state, side) ? state : undefined;
}

function written(text: string, side: Side, pieces: readonly Piece[]): Notes {
  return { stamp: stampOf(side, FIELD, text !== ""), text, pieces };
}

/** True when the state, written again, has the same clock keys: only then do text and clock belong together. */
function sameMarks(state: Notes, side: Side): boolean {
  let same = true;
  let count = 0;
  render(state, (key, stamp) => {
    count++;
    const known = side.clock.get(key);
    same &&= known !== undefined && compareStamps(known, stamp) === 0;
  });
  return same && count === [...side.clock.keys()].filter(key => PIECE_KEY.test(key)).length;
}
