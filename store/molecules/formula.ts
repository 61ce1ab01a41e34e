/**
 * A formula: a template of work, in TOML or JSON (`*.formula.toml`, `*.formula.json`).
 * Every key of the format either works or is refused by name: objects are strict, nothing is silently ignored.
 */
import { z } from "zod";

const text = z.string();
const names = z.array(z.string().min(1));
/** Letters, digits, `-`, `_` and `.`; `{target}` and loop variables are filled in before this is checked. */
export const stepIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** A variable: a plain string is its default. */
export const variableSchema = z.union([
  z.string().transform(value => ({ default: value })),
  z.strictObject({
    description: text.optional(),
    default: scalar.optional(),
    required: z.boolean().optional(),
    enum: z.array(scalar).optional(),
    /** Regular expression that the whole value must match. */
    pattern: text.optional(),
    type: z.enum(["string", "int", "bool"]).optional(),
  }),
]);
export interface Variable {
  readonly description?: string | undefined;
  readonly default?: string | undefined;
  readonly required?: boolean | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly pattern?: string | undefined;
  readonly type?: "string" | "int" | "bool" | undefined;
}

export const stepGateSchema = z.strictObject({
  type: z.enum(["gh:run", "gh:pr", "timer", "human", "mail", "bead"]),
  id: text.optional(),
  await_id: text.optional(),
  /** Go duration, e.g. `30m`, `1h30m`. */
  timeout: text.optional(),
});
export type StepGate = z.infer<typeof stepGateSchema>;

export const onCompleteSchema = z.strictObject({
  for_each: z.string().regex(/^output\.[A-Za-z0-9_.]+$/, "must be `output.<path>`"),
  bond: z.string().min(1),
  vars: z.record(z.string(), scalar).optional(),
  parallel: z.boolean().optional(),
  sequential: z.boolean().optional(),
});
export type OnComplete = z.infer<typeof onCompleteSchema>;

const loopSchema = z.strictObject({
  count: z.union([z.int().positive().max(1_000), z.string()]).optional(),
  until: text.optional(),
  max: z.int().positive().max(1_000).optional(),
  /** `1..5`, both ends included. */
  range: text.optional(),
  var: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .optional(),
  get body() {
    return z.array(stepSchema).min(1);
  },
});

export const stepSchema = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  description: text.optional(),
  notes: text.optional(),
  acceptance: text.optional(),
  type: text.optional(),
  priority: z.int().min(0).max(4).optional(),
  labels: names.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  depends_on: names.optional(),
  needs: names.optional(),
  /** `all-children`, `any-children` or `children-of(step)`. */
  waits_for: z
    .string()
    .regex(
      /^(all-children|any-children|children-of\([^)]+\))$/,
      "must be all-children, any-children or children-of(step)",
    )
    .optional(),
  assignee: text.optional(),
  /** Name of an expansion formula whose template takes this step's place. */
  expand: text.optional(),
  expand_vars: z.record(z.string(), scalar).optional(),
  condition: text.optional(),
  gate: stepGateSchema.optional(),
  loop: loopSchema.optional(),
  on_complete: onCompleteSchema.optional(),
  get children() {
    return z.array(stepSchema).optional();
  },
});
/** A step as written. */
export type Step = z.infer<typeof stepSchema>;

const bondPointSchema = z.strictObject({
  id: z.string().min(1),
  description: text.optional(),
  after_step: text.optional(),
  before_step: text.optional(),
  parallel: z.boolean().optional(),
});
export type BondPoint = z.infer<typeof bondPointSchema>;

const hookSchema = z.strictObject({
  /** `label:x`, `type:x` or `priority:n`. */
  trigger: z.string().regex(/^(label|type|priority):.+$/, "must be label:x, type:x or priority:n"),
  attach: z.string().min(1),
  at: text.optional(),
  vars: z.record(z.string(), scalar).optional(),
});

const composeSchema = z.strictObject({
  bond_points: z.array(bondPointSchema).optional(),
  hooks: z.array(hookSchema).optional(),
  expand: z
    .array(z.strictObject({ target: text, with: text, vars: z.record(z.string(), scalar).optional() }))
    .optional(),
  map: z
    .array(z.strictObject({ select: text, with: text, vars: z.record(z.string(), scalar).optional() }))
    .optional(),
  branch: z.array(z.strictObject({ from: text, steps: names.min(1), join: text })).optional(),
  gate: z.array(z.strictObject({ before: text, condition: text })).optional(),
  aspects: names.optional(),
});
export type Compose = z.infer<typeof composeSchema>;

const adviceStepSchema = stepSchema;
const adviceSchema = z.strictObject({
  /** Glob over step ids. */
  target: z.string().min(1),
  before: adviceStepSchema.optional(),
  after: adviceStepSchema.optional(),
  around: z
    .strictObject({
      before: z.array(adviceStepSchema).optional(),
      after: z.array(adviceStepSchema).optional(),
    })
    .optional(),
});
export type Advice = z.infer<typeof adviceSchema>;

const pointcutSchema = z.strictObject({
  glob: text.optional(),
  type: text.optional(),
  label: text.optional(),
});
export type Pointcut = z.infer<typeof pointcutSchema>;

export const FORMULA_TYPES = ["workflow", "expansion", "aspect", "convoy"] as const;

export const formulaSchema = z.strictObject({
  formula: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, "letters, digits, `-`, `_` and `.`"),
  description: text.optional(),
  version: z.int().min(1).default(1),
  type: z.enum(FORMULA_TYPES).optional(),
  extends: names.optional(),
  phase: z.enum(["liquid", "vapor"]).optional(),
  pour: z.boolean().optional(),
  /** True lets an agent submit before the last step when it says so (`gt done --force`). */
  early_done: z.boolean().optional(),
  vars: z.record(z.string().regex(/^[A-Za-z_]\w*$/), variableSchema).optional(),
  steps: z.array(stepSchema).optional(),
  template: z.array(stepSchema).optional(),
  compose: composeSchema.optional(),
  advice: z.array(adviceSchema).optional(),
  pointcuts: z.array(pointcutSchema).optional(),
});
/** A formula as written, checked for its shape. */
export type Formula = z.infer<typeof formulaSchema>;
