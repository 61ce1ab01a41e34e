/** `bd close`: closes beads, and says what that set free. */
import type { BeadTx } from "../../../../store/api.ts";
import type { Bead } from "../../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { claim } from "../claim.ts";
import { closeBead } from "../close-bead.ts";
import type { BdContext } from "../context.ts";
import { idsOrLast, resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { failure } from "../output.ts";
import { shareClaim } from "../share-claim.ts";
import { readInput } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Close beads",
  description:
    "Without an id, the bead that was touched last. One --reason serves all ids, or one each in their order.",
  examples: [
    { line: 'bd close bd-a3f -r "Fixed in the login handler"' },
    { line: "bd close bd-a3f --suggest-next", note: "and show what this set free" },
  ],
  positionals: [{ name: "id", summary: "Whole ids or parts of them", rest: true, complete: "bead" }],
  flags: {
    reason: {
      type: "string",
      short: "r",
      multiple: true,
      aliases: ["resolution", "message", "comment"],
      summary: "Why",
    },
    m: { type: "string", short: "m", summary: "The same as --reason", hidden: true },
    "reason-file": {
      type: "string",
      value: "file",
      summary: "Why, from a file; - for standard input",
      complete: "file",
    },
    session: { type: "string", value: "id", summary: "Session that closes it" },
    force: { type: "boolean", short: "f", summary: "Also when pinned, blocked, or with open children" },
    "suggest-next": { type: "boolean", summary: "Show what this set free" },
    "claim-next": { type: "boolean", summary: "Take the next ready bead" },
    continue: { type: "boolean", summary: "Go on to the next step of the molecule" },
    "no-auto": { type: "boolean", summary: "With --continue: show the step without taking it" },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const words = args.length > 0 ? args : await idsOrLast(ctx, []);
    const reasons = await reasonsFrom(flags.reason, flags.m, flags["reason-file"], ctx);
    if (reasons.length > 1 && reasons.length !== words.length) {
      throw failure(
        `${reasons.length} reasons for ${words.length} issues: give one for all, or one for each`,
      );
    }
    const session = flags.session ?? ctx.io.env.CLAUDE_SESSION_ID;
    const closed: Bead[] = [];
    for (const [index, word] of words.entries()) {
      try {
        const id = await resolveId(ctx, word);
        const fanOut = await fanOutOf(await backend.get(id), ctx);
        const given = reasons[index] ?? reasons[0];
        const reason = given ?? "Closed";
        const again = backend.kind === "repository" ? { reason: given } : undefined;
        closed.push(
          await backend.change({ touches: "all" }, tx => {
            const bead = closeBead(tx, id, { reason, session, force: flags.force === true, again });
            fanOut?.(tx, bead);
            return bead;
          }),
        );
      } catch (error) {
        if (words.length === 1) throw error;
        ctx.out.warn(AppError.from(error).message);
      }
    }
    const last = closed.at(-1);
    if (last === undefined) throw failure("no issues were closed");
    ctx.touched(last.id, true);
    if (flags.continue === true) {
      const { continueMolecule } = await import("../mol-continue.ts");
      return continueMolecule(last, { claim: flags["no-auto"] !== true }, ctx);
    }
    const json = closed.map(bead => issueJson(bead));
    const text = () =>
      closed.map(
        bead =>
          `${ctx.out.style.green("✓")} Closed ${bead.id} — ${printable(bead.title)}: ${printable(bead.close_reason ?? "Closed")}`,
      );
    if (flags["suggest-next"] === true) {
      const unblocked = await unblockedBy(closed, ctx);
      ctx.out.emit({ closed: json, unblocked: unblocked.map(bead => issueJson(bead)) }, () =>
        [
          ...text(),
          ...(unblocked.length === 0 ? [] : ["", "Newly unblocked:"]),
          ...unblocked.map(b => `  • ${b.id}: ${printable(b.title)} [P${b.priority}]`),
        ].join("\n"),
      );
      return 0;
    }
    if (flags["claim-next"] === true) {
      const claimed = await claimNext(ctx);
      ctx.out.emit({ closed: json, claimed: claimed === undefined ? null : issueJson(claimed) }, () =>
        [
          ...text(),
          claimed === undefined
            ? "No ready work to claim."
            : `✓ Claimed issue: ${claimed.id} — ${printable(claimed.title)}`,
        ].join("\n"),
      );
      return 0;
    }
    ctx.out.emit(json, () => text().join("\n"));
    return 0;
  },
});

/** For a step with `on_complete`: what closing it makes beside. */
async function fanOutOf(
  bead: Bead | undefined,
  ctx: BdContext,
): Promise<((tx: BeadTx, closed: Bead) => void) | undefined> {
  const step = bead?.metadata?.step;
  if (typeof step !== "object" || step === null || !("on_complete" in step)) return undefined;
  const { runOnComplete } = await import("../../../../store/molecules/on-complete.ts");
  const { formulaLoader } = await import("../mol/formula-files.ts");
  return (tx, closed) => void runOnComplete(tx, closed, formulaLoader(ctx));
}

async function reasonsFrom(
  reasons: readonly string[],
  short: string | undefined,
  file: string | undefined,
  ctx: BdContext,
): Promise<readonly string[]> {
  const given = short === undefined ? reasons : [...reasons, short];
  if (file === undefined) return given;
  if (given.length > 0) throw failure("cannot use both --reason and --reason-file");
  return [(await readInput(file, ctx)).trim()];
}

/** Dependents of what was closed that are ready now. */
async function unblockedBy(closed: readonly Bead[], ctx: BdContext): Promise<Bead[]> {
  const backend = await ctx.backend();
  const ready = new Set((await backend.ready({ limit: 0 })).map(bead => bead.id));
  const found = new Map<string, Bead>();
  for (const { id } of closed) {
    for (const { bead, type } of await backend.dependents(id)) {
      if ((type === "blocks" || type === "conditional-blocks" || type === "waits-for") && ready.has(bead.id))
        found.set(bead.id, bead);
    }
  }
  return [...found.values()];
}

async function claimNext(ctx: BdContext): Promise<Bead | undefined> {
  const backend = await ctx.backend();
  const actor = ctx.actor();
  for (const { id } of await backend.ready({ limit: 20, assignee: null })) {
    const claimed = await backend.change({ touches: [id] }, tx => {
      const now = tx.get(id);
      return now?.status === "open" && now.assignee === undefined ? claim(tx, id, actor) : undefined;
    });
    if (claimed === undefined) continue;
    ctx.touched(id, true);
    try {
      await shareClaim(id, ctx);
    } catch (error) {
      // Another machine was first: the next one, then.
      if (hasCode(error, "already_claimed")) continue;
      throw error;
    }
    return claimed;
  }
  return undefined;
}
