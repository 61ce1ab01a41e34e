/** Variables of a formula: their values, `{{name}}` in texts, and conditions on them. */
import { AppError } from "../schema/errors.ts";
import type { Variable } from "./formula.ts";

export type Values = Readonly<Record<string, string>>;

/**
 * The values to use: what is given, else the default. A variable without either and not `required` stays unset.
 * @throws {AppError} invalid_argument: unknown name, missing required value, or a value that the variable refuses
 */
export function resolveVariables(declared: Readonly<Record<string, Variable>>, given: Values): Values {
  const values: Record<string, string> = Object.create(null);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declared, name)) {
      const known = Object.keys(declared);
      throw new AppError("invalid_argument", `unknown variable \`${name}\``, {
        hint: known.length > 0 ? `The formula has: ${known.join(", ")}.` : "The formula has no variables.",
      });
    }
  }
  const missing: string[] = [];
  for (const [name, variable] of Object.entries(declared)) {
    const value = ownValue(given, name) ?? variable.default;
    if (value === undefined || (value === "" && variable.required)) {
      if (variable.required) missing.push(name);
      continue;
    }
    check(name, variable, value);
    values[name] = value;
  }
  if (missing.length > 0) {
    throw new AppError("invalid_argument", `missing required variables: ${missing.join(", ")}`, {
      hint: `Give them as ${missing.map(name => `--var ${name}=...`).join(" ")}.`,
    });
  }
  return values;
}

function check(name: string, variable: Variable, value: string): void {
  const refuse = (why: string): AppError =>
    new AppError("invalid_argument", `variable \`${name}\` is ${JSON.stringify(value)}: ${why}`);
  if (variable.type === "int" && !/^-?\d+$/.test(value)) throw refuse("it must be a whole number");
  if (variable.type === "bool" && value !== "true" && value !== "false")
    throw refuse("it must be true or false");
  if (variable.enum && !variable.enum.includes(value))
    throw refuse(`it must be one of ${variable.enum.join(", ")}`);
  if (variable.pattern !== undefined && !new RegExp(`^(?:${variable.pattern})$`).test(value))
    throw refuse(`it must match ${variable.pattern}`);
}

/** The value of a variable, whatever its name is. */
function ownValue(values: Values, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/**
 * The values of a formula that another one expands or attaches: its own defaults, and what is given. Names that it does
 * not declare are taken as they are.
 * @throws {AppError} invalid_argument: a required one is missing, or a value is refused; `lenient` takes templates as they are
 */
export function innerValues(
  declared: Readonly<Record<string, Variable>>,
  given: Values,
  lenient: boolean,
): Values {
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(declared, name));
  if (!lenient) return { ...given, ...resolveVariables(declared, Object.fromEntries(known)) };
  const defaults = Object.entries(declared).flatMap(([name, variable]) =>
    variable.default === undefined ? [] : [[name, variable.default]],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

/** `text` with each `{{name}}` replaced; a name without value stays as written. */
export function substitute(text: string, values: Values): string {
  return text.replaceAll(
    /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g,
    (whole, name: string) => ownValue(values, name) ?? whole,
  );
}

/** `value` with every text in it substituted, at any depth. */
export function substituteDeep<T>(value: T, values: Values): T {
  // SAFETY: strings become strings, and every other kind of value keeps its shape.
  if (typeof value === "string") return substitute(value, values) as T;
  if (Array.isArray(value)) return value.map(item => substituteDeep(item, values)) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, substituteDeep(item, values)]),
    ) as T;
  }
  return value;
}

const CONDITION = /^\s*(!)?\s*\{\{\s*([A-Za-z_]\w*)\s*\}\}\s*(?:(==|!=)\s*(.*?))?\s*$/;

/**
 * Whether a condition holds: `{{v}}` (set, and neither empty, `false` nor `0`), `!{{v}}`, `{{v}} == x`, `{{v}} != x`.
 * @throws {AppError} invalid_argument: it is none of these
 */
export function holds(condition: string, values: Values): boolean {
  const match = CONDITION.exec(condition);
  const [, negated, name, operator, operand] = match ?? [];
  if (name === undefined || (negated !== undefined && operator !== undefined)) {
    throw new AppError("invalid_argument", `condition ${JSON.stringify(condition)} cannot be read`, {
      hint: "Write {{name}}, !{{name}}, {{name}} == value or {{name}} != value.",
    });
  }
  const value = ownValue(values, name) ?? "";
  if (operator !== undefined) return (value === unquote(operand ?? "")) === (operator === "==");
  const truthy = value !== "" && value !== "false" && value !== "0";
  return truthy !== (negated !== undefined);
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
