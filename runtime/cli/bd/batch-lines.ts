/** The small language of `bd batch`: one change a line. */
import { usageError } from "../lib/args.ts";

export type BatchOperation =
  | { readonly kind: "close"; readonly id: string; readonly reason: string }
  | { readonly kind: "update"; readonly id: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: "create"; readonly type: string; readonly priority: string; readonly title: string }
  | { readonly kind: "dep-add"; readonly from: string; readonly to: string; readonly type: string }
  | { readonly kind: "dep-remove"; readonly from: string; readonly to: string };

/** An operation with where it stands. */
export interface BatchLine {
  readonly line: number;
  readonly text: string;
  readonly operation: BatchOperation;
}

const UPDATE_KEYS = ["status", "priority", "title", "assignee"];

/** Reads all lines. @throws {AppError} invalid_argument, naming the line */
export function parseBatch(text: string): BatchLine[] {
  const result: BatchLine[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const trimmed = raw.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    result.push({
      line: index + 1,
      text: trimmed,
      operation: parseLine(words(trimmed, index + 1), index + 1),
    });
  }
  return result;
}

function parseLine([command = "", ...args]: readonly string[], line: number): BatchOperation {
  const bad = (expected: string) => usageError(`line ${line}: expected ${expected}`);
  const [first, second, third] = args;
  switch (command) {
    case "close":
      if (first === undefined) throw bad("close <id> [reason...]");
      return { kind: "close", id: first, reason: args.slice(1).join(" ") || "Closed" };
    case "update": {
      const pairs = args
        .slice(1)
        .map(word => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] as const);
      if (first === undefined || pairs.length === 0) throw bad("update <id> <key>=<value>...");
      const unknown = pairs.find(([key]) => !UPDATE_KEYS.includes(key));
      if (unknown !== undefined)
        throw usageError(`line ${line}: unknown key "${unknown[0]}" (keys: ${UPDATE_KEYS.join(", ")})`);
      return { kind: "update", id: first, fields: Object.fromEntries(pairs) };
    }
    case "create":
      if (first === undefined || second === undefined || third === undefined)
        throw bad("create <type> <priority> <title...>");
      return { kind: "create", type: first, priority: second, title: args.slice(2).join(" ") };
    case "dep":
      if (first === "add" && second !== undefined && third !== undefined) {
        return { kind: "dep-add", from: second, to: third, type: args[3] ?? "blocks" };
      }
      if (first === "remove" && second !== undefined && third !== undefined)
        return { kind: "dep-remove", from: second, to: third };
      throw bad("dep add <id> <id> [type], or dep remove <id> <id>");
    default:
      throw usageError(
        `line ${line}: unknown command "${command}" (commands: close, update, create, dep add, dep remove)`,
      );
  }
}

/** Words of a line; double quotes hold spaces together, also after `key=`. */
function words(text: string, line: number): string[] {
  const found: string[] = [];
  let current: string | undefined;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? "";
    if (quoted && char === "\\" && (text[index + 1] === '"' || text[index + 1] === "\\")) {
      current = (current ?? "") + text[index + 1];
      index += 1;
    } else if (char === '"') {
      quoted = !quoted;
      current ??= "";
    } else if (!quoted && /\s/.test(char)) {
      if (current !== undefined) found.push(current);
      current = undefined;
    } else current = (current ?? "") + char;
  }
  if (quoted) throw usageError(`line ${line}: a quote is not closed`);
  return current === undefined ? found : [...found, current];
}
