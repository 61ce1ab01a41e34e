import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { AgentView } from "../../../runtime/gateway/contract/views.ts";
import { derive, type Readable } from "../../client/signal.ts";
import type { TownClient } from "../../client/town-client.ts";
import { baseStyles } from "../shared/base-styles.ts";
import { Clock } from "../shared/clock.ts";
import { OpenAgentEvent } from "../shared/events.ts";
import { icon } from "../shared/icons.ts";
import { isolationBadge } from "../shared/isolation.ts";
import { errorNotice, notice, noticeStyles } from "../shared/notice.ts";
import { ageOf } from "../shared/stable.ts";
import { agentState } from "../shared/state-words.ts";
import { TownElement } from "../shared/town-element.ts";
import { virtualRowsStyles } from "../shared/virtual-rows.styles.ts";
import { VirtualRows } from "../shared/virtual-rows.ts";
import { agentsStyles } from "./agents.styles.ts";

const ROW_HEIGHT = 66;

/**
 * @summary The agents of the town, live: who needs you first, then who works, then who rests. Each with its state,
 * bead, last words and the isolation that it runs in.
 *
 * @attr selected - Id of the agent to be marked as open elsewhere.
 *
 * @fires gastown-open-agent - An agent was chosen; `event.agent` is its id.
 *
 * @csspart agent - One row.
 * @csspart notice - What is shown when there is nothing to show.
 *
 * @cssproperty --gastown-hover - Background of the row under the pointer. So for every colour in `shared/tokens.ts`.
 */
export class GastownAgents extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    selected: { type: String },
    active: { state: true },
  };
  static override styles = [baseStyles, noticeStyles, virtualRowsStyles, agentsStyles];

  declare selected: string | undefined;
  declare active: string | undefined;

  readonly #clock = new Clock(this, 1_000);
  readonly #rows = new VirtualRows<AgentView>(this);
  #sorted: Readable<readonly AgentView[]> | undefined;

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    this.#sorted = derive([client.store.agents], sortAgents);
    return [this.#sorted];
  }

  protected override render(): TemplateResult {
    const { client } = this;
    const session = client?.session.value;
    if (client === undefined || session === undefined || session.phase === "starting") {
      return html`<div aria-busy="true" aria-label="Loading agents">
        <div class="placeholder skeleton"></div>
        <div class="placeholder skeleton"></div>
      </div>`;
    }
    if (session.phase === "failed") return errorNotice(session.error, () => client.retry());
    if (session.phase === "signed_out")
      return notice({ icon: "lock", title: "Not signed in", command: "gt url" });
    const agents = this.#sorted?.value ?? [];
    if (agents.length === 0) {
      return notice({
        icon: "agents",
        title: "No agents yet",
        text: "Sling a ready bead, and a polecat takes it.",
        command: "gt sling <bead>",
      });
    }
    const keep = agents.findIndex(agent => agent.id === this.active);
    const tabStop = keep === -1 ? 0 : keep;
    return html`
      <div style="height: 100%" @keydown=${this.#onKey}>
        ${this.#rows.render({
          items: agents,
          key: agent => agent.id,
          height: ROW_HEIGHT,
          label: "Agents",
          keep: keep === -1 ? undefined : keep,
          row: (agent, index) => this.#row(agent, index === tabStop),
        })}
      </div>
    `;
  }

  #row(agent: AgentView, focusable: boolean): TemplateResult {
    const state = agentState(agent);
    const busy = state.word === "Working";
    return html`
      <button
        class="agent tone-${state.tone} ${busy && agent.role !== "refinery" ? "working" : ""}"
        part="agent"
        data-agent=${agent.id}
        data-state=${agent.state}
        tabindex=${focusable ? 0 : -1}
        aria-current=${agent.id === this.selected ? "true" : nothing}
        @click=${() => this.dispatchEvent(new OpenAgentEvent(agent.id))}
        @focus=${() => {
          this.active = agent.id;
        }}
      >
        <span class="face">${icon(agent.role === "refinery" && busy ? "review" : state.icon)}</span>
        <span class="name"><span class="ellipsis">${agent.name}</span><span class="role ellipsis">${agent.rig} ${agent.role}</span></span>
        ${keyed(
          state.word,
          html`<span class="state" title=${agent.detail ?? nothing}>${state.word}${ageOf(agent.since, this.#clock.now)}</span>`,
        )}
        <span class="work">${workLine(agent)}</span>
        <span class="note">
          <span class="last ellipsis" title=${agent.last_note ?? nothing}>${agent.last_note ?? agent.detail ?? ""}</span>
          ${isolationBadge(agent)}
        </span>
      </button>
    `;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const agents = this.#sorted?.value ?? [];
    const at = agents.findIndex(agent => agent.id === this.active);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const next = agents[at + step];
    if (step === 0 || at === -1 || next === undefined) return;
    event.preventDefault();
    this.active = next.id;
    this.#rows.reveal(at + step);
    void this.updateComplete.then(() => {
      const row = this.renderRoot.querySelector<HTMLElement>(`[data-agent="${CSS.escape(next.id)}"]`);
      row?.focus({ preventScroll: true });
    });
  };
}

function workLine(agent: AgentView): TemplateResult {
  if (agent.bead === undefined) {
    if (agent.role === "refinery")
      return html`<span class="ellipsis muted">Waits for something to merge</span>`;
    if (agent.role === "mayor")
      return html`<span class="ellipsis muted">${agent.state === "idle" ? "Sleeps" : "Plans and hands out work"}</span>`;
    const times = agent.completed === 1 ? "once" : `${agent.completed} times`;
    return html`<span class="ellipsis muted">${agent.completed === 0 ? "No work yet" : `Finished ${times}`}</span>`;
  }
  const attempt = (agent.attempt ?? 1) > 1 ? ` · attempt ${agent.attempt}` : "";
  return html`<span class="bead">${agent.bead}</span><span class="ellipsis">${agent.bead_title ?? ""}${attempt}</span>`;
}

/** Who needs a person, who is at work, who rests; by rig and name within. */
export function sortAgents(agents: ReadonlyMap<string, AgentView>): readonly AgentView[] {
  return [...agents.values()].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

function rank(agent: AgentView): number {
  const { tone } = agentState(agent);
  if (tone === "failed" || tone === "warn") return 0;
  return agent.state === "idle" ? 2 : 1;
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-agents": GastownAgents;
  }
}
