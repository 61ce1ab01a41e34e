/**
 * The expressions of `bd query`: comparisons joined by AND, OR, NOT and parentheses.
 * `status=open AND (priority<2 OR label=urgent) AND updated>7d`
 */
import { globToRegExp } from "../../../store/index/issue-query.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { usageError } from "../lib/args.ts";
import { didYouMean } from "../lib/suggest.ts";
import { parentOf } from "./issue-json.ts";
import { parseTime } from "./time.ts";
import { normaliseType, parsePriority } from "./values.ts";

type Operator = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** An expression, parsed. */
export type Expression =
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "not"; readonly inner: Expression }
  | { readonly kind: "compare"; readonly field: string; readonly operator: Operator; readonly value: string };

interface Token {
  readonly kind: "word" | "operator" | "(" | ")";
  readonly text: string;
  /** Quoted words are values, never AND, OR or NOT. */
  readonly quoted: boolean;
}

const FIELDS = [
  "status",
  "priority",
  "type",
  "assignee",
  "owner",
  "label",
  "title",
  "description",
  "desc",
  "notes",
  "created",
  "updated",
  "started",
  "closed",
  "due",
  "defer",
  "id",
  "spec",
  "pinned",
  "ephemeral",
  "template",
  "parent",
  "mol_type",
] as const;

/** Reads an expression. @throws {AppError} invalid_argument */
export function parseQuery(text: string): Expression {
  const tokens = tokenise(text);
  let at = 0;
  const keyword = (word: string) => {
    const token = tokens[at];
    return token?.kind === "word" && !token.quoted && token.text.toUpperCase() === word;
  };
  const or = (): Expression => {
    let left = and();
    while (keyword("OR")) {
      at += 1;
      left = { kind: "or", left, right: and() };
    }
    return left;
  };
  const and = (): Expression => {
    let left = not();
    while (keyword("AND")) {
      at += 1;
      left = { kind: "and", left, right: not() };
    }
    return left;
  };
  const not = (): Expression => {
    if (keyword("NOT")) {
      at += 1;
      return { kind: "not", inner: not() };
    }
    if (tokens[at]?.kind !== "(") return comparison();
    at += 1;
    const inner = or();
    if (tokens[at]?.kind !== ")") throw usageError(`query: expected ")" after "${tokens[at - 1]?.text}"`);
    at += 1;
    return inner;
  };
  const comparison = (): Expression => {
    const [field, operator, value] = tokens.slice(at, at + 3);
    if (field?.kind !== "word")
      throw usageError(
        `query: expected a field${field === undefined ? " at the end" : `, not "${field.text}"`}`,
      );
    const name = field.text.toLowerCase();
    if (!FIELDS.some(known => known === name)) {
      throw usageError(
        `query: unknown field "${field.text}" (fields: ${FIELDS.join(", ")})`,
        didYouMean(name, FIELDS),
      );
    }
    if (operator?.kind !== "operator")
      throw usageError(`query: expected =, !=, <, <=, > or >= after "${field.text}"`);
    if (value?.kind !== "word")
      throw usageError(`query: expected a value after "${field.text}${operator.text}"`);
    at += 3;
    // SAFETY: the tokeniser makes operator tokens of these six texts only.
    return { kind: "compare", field: name, operator: operator.text as Operator, value: value.text };
  };
  if (tokens.length === 0) throw usageError("query expression is required");
  const expression = or();
  const left = tokens[at];
  if (left !== undefined) throw usageError(`query: unexpected "${left.text}"`);
  return expression;
}

/** The expression as a test of beads. @throws {AppError} invalid_argument for values that do not fit their field */
export function compileQuery(expression: Expression, nowMs: number): (bead: Bead) => boolean {
  switch (expression.kind) {
    case "and":
    case "or": {
      const [left, right] = [compileQuery(expression.left, nowMs), compileQuery(expression.right, nowMs)];
      return expression.kind === "and"
        ? bead => left(bead) && right(bead)
        : bead => left(bead) || right(bead);
    }
    case "not": {
      const inner = compileQuery(expression.inner, nowMs);
      return bead => !inner(bead);
    }
    case "compare":
      return comparisonTest(expression.field, expression.operator, expression.value, nowMs);
  }
}

/** True when the expression speaks of the status, or of when something was closed: closed beads are then not left out. */
export function mentionsStatus(expression: Expression): boolean {
  if (expression.kind === "compare") return expression.field === "status" || expression.field === "closed";
  if (expression.kind === "not") return mentionsStatus(expression.inner);
  return mentionsStatus(expression.left) || mentionsStatus(expression.right);
}

function comparisonTest(
  field: string,
  operator: Operator,
  value: string,
  nowMs: number,
): (bead: Bead) => boolean {
  const none = value.toLowerCase() === "none" || value === "";
  const same = (read: (bead: Bead) => string | undefined, fold = false): ((bead: Bead) => boolean) => {
    const wanted = fold ? value.toLowerCase() : value;
    return equality(field, operator, bead => (none ? (read(bead) ?? "") === "" : read(bead) === wanted));
  };
  const contains = (read: (bead: Bead) => string | undefined) =>
    equality(field, operator, bead =>
      none ? (read(bead) ?? "") === "" : (read(bead) ?? "").toLowerCase().includes(value.toLowerCase()),
    );
  const wild = (read: (bead: Bead) => string | undefined) => {
    const pattern = globToRegExp(value);
    return equality(field, operator, bead => pattern.test(read(bead) ?? ""));
  };
  const flag = (read: (bead: Bead) => boolean | undefined) => {
    if (!/^(true|false|yes|no|1|0)$/i.test(value))
      throw usageError(`query: ${field} takes true or false, not "${value}"`);
    const wanted = /^(true|yes|1)$/i.test(value);
    return equality(field, operator, bead => (read(bead) ?? false) === wanted);
  };
  const time = (read: (bead: Bead) => string | undefined) => {
    if (none) return equality(field, operator, bead => read(bead) === undefined);
    const at = Date.parse(parseTime(value, nowMs, "past"));
    const day = /^\d{4}-\d{2}-\d{2}$/.test(value) ? 864e5 : 1000;
    return (bead: Bead) => {
      const instant = read(bead);
      if (instant === undefined) return operator === "!=";
      const own = Date.parse(instant);
      if (operator === "=" || operator === "!=") return (own >= at && own < at + day) === (operator === "=");
      return ordered(operator, own, at);
    };
  };
  switch (field) {
    case "status":
      return same(bead => bead.status, true);
    case "priority": {
      const wanted = parsePriority(value);
      return bead => ordered(operator, bead.priority, wanted);
    }
    case "type": {
      const wanted = normaliseType(value);
      return equality(field, operator, bead => bead.issue_type === wanted);
    }
    case "assignee":
      return same(bead => bead.assignee);
    case "owner":
      return same(bead => bead.owner);
    case "label":
      return equality(field, operator, bead =>
        none ? (bead.labels ?? []).length === 0 : bead.labels?.includes(value) === true,
      );
    case "title":
      return contains(bead => bead.title);
    case "description":
    case "desc":
      return contains(bead => bead.description);
    case "notes":
      return contains(bead => bead.notes);
    case "created":
      return time(bead => bead.created_at);
    case "updated":
      return time(bead => bead.updated_at);
    case "started":
      return time(bead => bead.started_at);
    case "closed":
      return time(bead => bead.closed_at);
    case "due":
      return time(bead => bead.due_at);
    case "defer":
      return time(bead => bead.defer_until);
    case "id":
      return wild(bead => bead.id);
    case "spec":
      return none ? same(bead => bead.spec_id) : wild(bead => bead.spec_id);
    case "pinned":
      return flag(bead => bead.pinned === true || bead.status === "pinned");
    case "ephemeral":
      return flag(bead => bead.ephemeral);
    case "template":
      return flag(bead => bead.is_template);
    case "parent":
      return same(parentOf);
    default:
      return same(bead => bead.mol_type);
  }
}

function equality(field: string, operator: Operator, test: (bead: Bead) => boolean): (bead: Bead) => boolean {
  if (operator === "=") return test;
  if (operator === "!=") return bead => !test(bead);
  throw usageError(`query: ${field} can be compared with = and != only`);
}

function ordered(operator: Operator, a: number, b: number): boolean {
  switch (operator) {
    case "=":
      return a === b;
    case "!=":
      return a !== b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
  }
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(\(|\))|(!=|>=|<=|=|>|<)|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s()=!<>"']+))/y;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      const rest = text.slice(start).trim();
      if (rest === "") break;
      throw usageError(`query: cannot read "${rest.slice(0, 20)}"`);
    }
    const [, paren, operator, double, single, word] = match;
    if (paren === "(" || paren === ")") tokens.push({ kind: paren, text: paren, quoted: false });
    else if (operator !== undefined) tokens.push({ kind: "operator", text: operator, quoted: false });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, quoted: false });
    else tokens.push({ kind: "word", text: double?.replace(/\\(.)/g, "$1") ?? single ?? "", quoted: true });
  }
  return tokens;
}
