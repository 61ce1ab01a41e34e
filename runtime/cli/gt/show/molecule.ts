/** A molecule and gates as lines for a person or an agent. */
import type { GateView, MoleculeView } from "../../../gateway/contract/views.ts";
import { printable } from "../../lib/style.ts";
import { ago } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

const MARKS: Readonly<Record<MoleculeView["steps"][number]["state"], string>> = {
  done: "x",
  failed: "!",
  current: ">",
  ready: " ",
  blocked: " ",
};

/** All steps, with how far it has come. */
export function moleculeLines(view: MoleculeView, { style }: GtContext): string[] {
  const of = view.bead === undefined ? "" : ` of ${view.bead}`;
  return [
    `${style.bold(view.formula)}${of}: ${view.completed} of ${view.total} steps, ${view.state}`,
    ...view.steps.map(({ state, step, title }) => {
      const line = `[${MARKS[state]}] ${step}  ${printable(title)}`;
      return state === "current" ? style.bold(line) : state === "done" ? style.dim(line) : line;
    }),
    ...view.waiting_for.map(gate => style.yellow(`Waits for ${printable(gate.reason)} (${gate.id})`)),
  ];
}

/** The step that is to be done now, with its text; what to do when there is none. */
export function currentLines(view: MoleculeView, { style }: GtContext): string[] {
  const { current, total } = view;
  if (current === undefined) {
    if (view.state === "waiting") {
      const reasons = view.waiting_for.map(gate => `${printable(gate.reason)} (${gate.id})`).join(", ");
      return [
        `Every step that is left waits${reasons === "" ? "" : ` for ${reasons}`}.`,
        "Commit what you have and end: the work goes on by itself when the waiting is over.",
      ];
    }
    return [view.state === "failed" ? "The molecule failed." : "All steps are done: run `gt done`."];
  }
  const quoted = (text: string): string[] =>
    text
      .trimEnd()
      .split("\n")
      .map(line => `  | ${printable(line)}`);
  return [
    style.bold(`Step ${current.index} of ${total}: ${current.step}`),
    ...quoted(current.title),
    ...(current.description === undefined ? [] : quoted(current.description)),
    ...(current.acceptance === undefined ? [] : ["It is done when:", ...quoted(current.acceptance)]),
    current.index === total ? "When it is done: gt done" : `When it is done: gt mol next ${current.step}`,
  ];
}

/** One gate. */
export function gateLines(gate: GateView, { style, now }: GtContext): string[] {
  const rows: [string, string | undefined][] = [
    ["state", gate.state],
    ["waits for", gate.reason],
    ["bead", gate.bead],
    ["since", gate.since === undefined ? undefined : ago(gate.since, now())],
    ["due", gate.due],
  ];
  return [
    `${style.bold(gate.id)}  ${printable(gate.title)}`,
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name}: ${printable(value)}`])),
  ];
}
