/** `gt __complete`: what the completion scripts ask. Fast, and silent when it cannot know. */
import { z } from "zod";
import { defineCommand } from "../../lib/args.ts";
import { type Candidate, candidates, type Dynamic } from "../../lib/completion.ts";
import type { TownClient } from "../../lib/town-client.ts";
import type { GtContext } from "../context.ts";
import { GT } from "../program.ts";

const PATIENCE = { timeoutMs: 800 };
const MAX_BEADS = 200;
const things = z.array(
  z.looseObject({ id: z.string().optional(), name: z.string().optional(), title: z.string().optional() }),
);

export const complete = defineCommand<GtContext>()({
  summary: "Suggestions for a shell",
  trailing: { name: "words", summary: "the command line so far" },
  async run({ trailing }, context) {
    const found = await candidates(GT, trailing, lookUp(context));
    const lines = found.map(({ value, note }) =>
      note === undefined ? value : `${value}\t${note.split("\n")[0] ?? ""}`,
    );
    if (lines.length > 0) context.io.stdout.write(`${lines.join("\n")}\n`);
    return undefined;
  },
});

function lookUp(context: GtContext): Dynamic {
  return async kind => {
    if (kind === "command") return Object.keys(GT.commands).map(value => ({ value }));
    if (kind === "status" || kind === "type" || kind === "label") return [];
    try {
      return await ask(kind, context.client());
    } catch {
      // No town, or a slow one: no suggestions, and no noise in the middle of a command line.
      return [];
    }
  };
}

async function ask(kind: "bead" | "rig" | "agent" | "convoy", client: TownClient): Promise<Candidate[]> {
  const path = { bead: "/beads", rig: "/rigs", agent: "/agents", convoy: "/convoys" }[kind];
  const query =
    kind === "bead"
      ? { status: ["open", "hooked", "in_progress", "in_review", "blocked"], limit: MAX_BEADS }
      : {};
  const found = await client.get(path, things, { ...PATIENCE, query });
  return found.flatMap(({ id, name, title }) => {
    const value = kind === "rig" ? name : id;
    return value === undefined ? [] : [title === undefined ? { value } : { value, note: title }];
  });
}
