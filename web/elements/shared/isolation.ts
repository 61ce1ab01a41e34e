import { html, type TemplateResult } from "lit";
import type { AgentView } from "../../../runtime/gateway/contract/views.ts";
import { type IconName, icon } from "./icons.ts";

const KIND: Readonly<
  Record<NonNullable<AgentView["isolation"]>, { icon: IconName; word: string; title: string }>
> = {
  process: {
    icon: "shield",
    word: "process",
    title: "Isolated as a process: sees its own worktree and home only",
  },
  container: { icon: "box", word: "container", title: "Isolated in a container" },
  none: {
    icon: "shield-off",
    word: "not isolated",
    title: "Runs without isolation: it may read and write what you may",
  },
};

/** The isolation in force, in red when there is none; the reason for less than was asked for is in its tooltip. */
export function isolationBadge(agent: Pick<AgentView, "isolation" | "reduced">): TemplateResult {
  if (agent.isolation === undefined) return html``;
  const kind = KIND[agent.isolation];
  const title = agent.reduced === undefined ? kind.title : `${kind.title}. ${agent.reduced}`;
  return html`<span class="isolation ${agent.isolation === "none" ? "off" : "on"}" title=${title}>
    ${icon(kind.icon)}${kind.word}
  </span>`;
}
