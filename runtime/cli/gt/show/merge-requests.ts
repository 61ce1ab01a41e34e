/** Merge requests as lines for a person. */
import type { MergeRequestView } from "../../../gateway/contract/views.ts";
import { printable, type Style } from "../../lib/style.ts";
import { ago, table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

type Shown = Pick<GtContext, "style" | "now" | "io">;

/** A table: which, state, on what, score, since when, and a remark. */
export function mergeRequestLines(requests: readonly MergeRequestView[], context: Shown): string[] {
  const { style } = context;
  return table(
    requests.map(mr => [
      { text: mr.id, paint: style.bold },
      { text: mr.state, paint: colourOf(mr.state, style) },
      mr.bead,
      mr.score === undefined ? "" : `#${mr.position ?? "?"} ${Math.round(mr.score)}`,
      { text: ago(mr.created_at, context.now()), paint: style.dim },
      printable(remark(mr)).replaceAll(/\s+/g, " "),
    ]),
    context.io.stdout.columns,
  );
}

/** All of one, a line for each thing that is known. */
export function mergeRequestDetails(mr: MergeRequestView, { style, now }: Shown): string[] {
  const lines: [name: string, text: string | undefined][] = [
    ["bead", mr.bead],
    ["branch", `${mr.branch} at ${mr.head.slice(0, 10)} -> ${mr.target}`],
    ["by", mr.agent === undefined ? undefined : `${mr.agent}, attempt ${mr.attempt ?? "?"}`],
    ["strategy", mr.strategy],
    ["queued", ago(mr.created_at, now())],
    ["place", mr.position === undefined ? undefined : `${mr.position} in ${mr.rig}`],
    ["score", mr.score === undefined ? undefined : `${mr.score}: ${(mr.score_reasons ?? []).join(", ")}`],
    ["not before", mr.not_before],
    ["retries", mr.retries === undefined || mr.retries === 0 ? undefined : String(mr.retries)],
    ["together with", mr.batch?.join(", ")],
    ["gates", gates(mr)],
    ["waits for", mr.blocker],
    ["review", mr.review === undefined ? undefined : review(mr.review)],
    ["pull request", mr.pull === undefined ? undefined : `${mr.pull.url} (${mr.pull.state})`],
    ["merged in", mr.merge_commit],
    ["reason", mr.reason],
  ];
  return [
    `${style.bold(mr.id)}  ${colourOf(mr.state, style)(mr.state)}  ${printable(mr.title ?? "")}`,
    ...lines.flatMap(([name, text]) =>
      text === undefined || text === ""
        ? []
        : [`  ${style.dim(`${name}:`.padEnd(15))}${printable(text).replaceAll("\n", `\n${" ".repeat(17)}`)}`],
    ),
  ];
}

function review({ verdict, by, text }: NonNullable<MergeRequestView["review"]>): string {
  const said = verdict === undefined ? "no verdict yet" : verdict.replaceAll("_", " ");
  return [said, by === undefined ? undefined : `by ${by}`, text]
    .filter(part => part !== undefined)
    .join(", ");
}

function gates({ gates: run = [], verified_on: base, state, target }: MergeRequestView): string {
  if (run.length === 0 && base !== undefined) {
    return state === "merged"
      ? "not run again: verified at submission"
      : `verified at submission; not run again while ${target} is at ${base.slice(0, 10)}`;
  }
  return run.map(({ name, ok, ms }) => `${name} ${ok ? "passed" : "FAILED"} (${ms} ms)`).join(", ");
}

function remark(mr: MergeRequestView): string {
  if (mr.reason !== undefined) return mr.reason;
  if (mr.batch !== undefined) return `together with ${mr.batch.join(", ")}`;
  return `${mr.branch} -> ${mr.target}${mr.strategy === "local" ? " (local)" : ""}`;
}

function colourOf(state: MergeRequestView["state"], style: Style): (text: string) => string {
  switch (state) {
    case "queued":
      return style.cyan;
    case "reviewing":
    case "merging":
    case "proposed":
      return style.magenta;
    case "blocked":
      return style.yellow;
    case "merged":
      return style.green;
    case "rejected":
      return style.red;
    default:
      return state satisfies never;
  }
}
