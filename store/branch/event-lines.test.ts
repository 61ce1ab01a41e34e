/** A message of very many events stays readable for git and for us. */
import { expect, test } from "bun:test";
import type { BeadEvent } from "../api.ts";
import { fromUtf8 } from "./bytes.ts";
import { parseEvents } from "./commit-message.ts";
import { EventLines } from "./event-lines.ts";

const event = (id: string): BeadEvent => ({ id, type: "imported", actor: "a", at: "2026-01-01T00:00:00Z" });
const textOf = (lines: EventLines) => lines.pieces.map(fromUtf8).join("");

test("all events are told while there is room", () => {
  const lines = new EventLines();
  lines.add([event("gt-1"), event("gt-2")]);
  lines.add([]);
  lines.add([event("gt-3")]);
  expect(parseEvents(textOf(lines)).map(each => each.id)).toEqual(["gt-1", "gt-2", "gt-3"]);
});

test("those that do not fit are counted, and none comes after one that was left out", () => {
  const lines = new EventLines(200);
  lines.add([event("gt-1"), event("gt-2")]);
  lines.add([event("gt-3"), event("gt-4")]);
  lines.add([event("gt-5")]);
  const text = textOf(lines);
  expect(parseEvents(text).map(each => each.id)).toEqual(["gt-1", "gt-2"]);
  expect(text).toEndWith("(3 more events: see the diff)\n");
});
