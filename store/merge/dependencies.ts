/**
 * Edges: a set keyed by target, each with its type and metadata as one value. The parent is not in the set but a register
 * of its own, for a bead has one parent at most.
 */
import {
  type ElementShape,
  type Elements,
  joinElements,
  listOf,
  readElements,
  restampElements,
  writeElements,
} from "./elements.ts";
import { canonicalText, compareText, compareValues, isFields } from "./json.ts";
import { joinRegisters, type Register, restampRegister } from "./register.ts";
import { defineRule, type Rule, stampOf, writeStamp } from "./rule.ts";

/** Clock key of the parent. */
const PARENT_KEY = "parent-child";

const SHAPE: ElementShape = {
  field: "dependencies",
  stamped: true,
  keyOf: targetOf,
  compare: (a, b) => compareEdges(a.entry, b.entry),
};

interface Edges {
  readonly others: Elements;
  /** The value is the edge. */
  readonly parent: Register;
}

/** The field `dependencies`. */
export const dependencies: Rule = defineRule<Edges>({
  fields: [SHAPE.field],
  clockRoots: [SHAPE.field, PARENT_KEY],
  read: side => {
    const edges = listOf(side.fields[SHAPE.field]);
    const others = edges.filter(edge => !isParentEdge(edge));
    const [parent] = edges.filter(isParentEdge).sort(compareValues);
    return {
      others: readElements(side, others, SHAPE),
      parent: { stamp: stampOf(side, PARENT_KEY, parent !== undefined), value: parent },
    };
  },
  write: (state, into) => {
    const { stamp, value } = state.parent;
    writeElements(state.others, into, SHAPE);
    writeStamp(into, PARENT_KEY, value !== undefined, stamp);
    if (value === undefined) return;
    const edges = [...listOf(into.fields.get(SHAPE.field)), value];
    into.fields.set(
      SHAPE.field,
      edges.sort((a, b) => compareEdges(a, b) || compareValues(a, b)),
    );
  },
  join: (a, b) => ({
    others: joinElements(a.others, b.others),
    parent: joinRegisters(a.parent, b.parent),
  }),
  restamp: (before, after, by) => ({
    others: restampElements(before.others, after.others, by, true),
    parent: restampRegister(before.parent, after.parent, by),
  }),
});

/** Clock key of the edge to a target. */
export function edgeClockKey(target: string): string {
  return `${SHAPE.field}/${target}`;
}

/** Id that an edge points to. */
export function targetOf(edge: unknown): string {
  const target = isFields(edge) ? edge.depends_on_id : undefined;
  return typeof target === "string" ? target : canonicalText(edge);
}

function isParentEdge(edge: unknown): boolean {
  return isFields(edge) && edge.type === "parent-child";
}

function compareEdges(a: unknown, b: unknown): number {
  return compareText(createdAt(a), createdAt(b)) || compareText(targetOf(a), targetOf(b));
}

function createdAt(edge: unknown): string {
  const at = isFields(edge) ? edge.created_at : undefined;
  return typeof at === "string" ? at : "";
}
