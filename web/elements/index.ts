/**
 * Defines every element. A page of any origin can embed them:
 * `<script type="module" src="http://127.0.0.1:4180/elements.js"></script>`.
 */
import "../client/zod-config.ts";
import { GastownAgents } from "./agents/agents.ts";
import { GastownBead } from "./bead/bead.ts";
import { GastownBoard } from "./board/board.ts";
import { GastownConvoys } from "./convoys/convoys.ts";
import { GastownFeed } from "./feed/feed.ts";
import { GastownMail } from "./mail/mail.ts";
import { GastownCommand } from "./shared/command.ts";
import { GastownTerminal } from "./terminal/terminal.ts";
import { GastownTown } from "./town/town.ts";

// The provider comes first: elements that are on the page already then find it when they are upgraded.
const ELEMENTS = {
  "gastown-town": GastownTown,
  "gastown-command": GastownCommand,
  "gastown-board": GastownBoard,
  "gastown-agents": GastownAgents,
  "gastown-feed": GastownFeed,
  "gastown-convoys": GastownConvoys,
  "gastown-bead": GastownBead,
  "gastown-mail": GastownMail,
  "gastown-terminal": GastownTerminal,
} as const;

for (const [name, element] of Object.entries(ELEMENTS)) {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}
