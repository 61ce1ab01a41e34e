/** `gt ui open-bead|open-agent|open-convoy|highlight-bead` */
import { type UiAction, uiActionSchema } from "../../../../store/schema/ui-action.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";

function uiCommand(action: UiAction["action"], summary: string, positional: "bead" | "agent" | "convoy") {
  const word = action.replace("_", "-");
  return defineCommand<GtContext>()({
    summary,
    description:
      "It happens on every dashboard of the town that is open and visible now, except where somebody types. Nothing is kept.",
    examples: [
      { line: `gt ui ${word} ${{ bead: "web-12", agent: "web/toast", convoy: "hq-7" }[positional]}` },
    ],
    flags: {},
    positionals: [
      positional === "convoy"
        ? { name: positional, required: true }
        : { name: positional, required: true, complete: positional },
    ],
    async run({ args: [id = ""] }, context) {
      const shown = await context.client().send("POST", "/ui-actions", { action, id }, uiActionSchema);
      context.print(shown, () => [`Shown on the dashboards that are open: ${printable(shown.id)}.`]);
      return undefined;
    },
  });
}

export const uiOpenBead = uiCommand("open_bead", "Opens a bead on the dashboard", "bead");
export const uiOpenAgent = uiCommand("open_agent", "Opens an agent's page on the dashboard", "agent");
export const uiOpenConvoy = uiCommand("open_convoy", "Opens a convoy on the dashboard", "convoy");
export const uiHighlightBead = uiCommand("highlight_bead", "Marks a bead on the board", "bead");
