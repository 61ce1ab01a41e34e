import { Task } from "@lit/task";
import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { AgentView, RunView } from "../../runtime/gateway/contract/views.ts";
import type { Readable } from "../client/signal.ts";
import type { TownClient } from "../client/town-client.ts";
import { baseStyles } from "../elements/shared/base-styles.ts";
import { Clock } from "../elements/shared/clock.ts";
import { OpenAgentEvent, OpenBeadEvent } from "../elements/shared/events.ts";
import { age, agentName, moment } from "../elements/shared/format.ts";
import { icon } from "../elements/shared/icons.ts";
import { isolationBadge } from "../elements/shared/isolation.ts";
import { ageOf } from "../elements/shared/stable.ts";
import { agentState } from "../elements/shared/state-words.ts";
import { TownElement } from "../elements/shared/town-element.ts";

/** The page of one agent: who it is, what it does, its runs, and the terminal of one of them. */
export class GastownAgentPage extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    agent: { type: String },
    run: { type: String },
  };
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        gap: var(--s-3);
        height: 100%;
        min-width: 0;
      }
      header {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 2px var(--s-3);
        align-items: center;
        min-height: 48px;
      }
      .back {
        grid-row: 1 / 3;
      }
      .name {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-width: 0;
      }
      h2 {
        font-size: var(--fs-5);
        font-weight: 650;
        letter-spacing: -0.015em;
      }
      .facts {
        grid-column: 2;
        display: flex;
        align-items: center;
        gap: var(--s-3);
        min-width: 0;
        color: var(--text-3);
        font-size: var(--fs-2);
        white-space: nowrap;
        overflow: hidden;
      }
      .facts .isolation {
        display: inline-flex;
        align-items: center;
        gap: 4px;
      }
      .facts .isolation svg.icon {
        width: 14px;
        height: 14px;
      }
      .facts .isolation.off {
        color: var(--failed);
        font-weight: 600;
      }
      .link {
        min-width: 0;
        padding: 0;
        border: 0;
        background: none;
        color: var(--text);
        cursor: pointer;
        text-decoration: underline;
        text-decoration-color: var(--line-strong);
        text-underline-offset: 3px;
      }
      .terminal-title {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        font-weight: 600;
      }
      .terminal-title svg.icon {
        color: var(--text-3);
      }
      select {
        height: 26px;
        max-width: 240px;
        padding: 0 6px;
        border: 1px solid var(--line);
        border-radius: 6px;
        background: var(--raised);
        font-size: var(--fs-1);
      }
      @media (max-width: 820px) {
        .facts > :not(:first-child) {
          display: none;
        }
        select {
          max-width: 150px;
        }
      }
    `,
  ];

  declare agent: string;
  declare run: string | undefined;

  readonly #clock = new Clock(this, 1_000);
  readonly #runs = new Task(this, {
    task: async ([agent, client], { signal }) =>
      client === undefined || agent === "" ? [] : client.api.runs(client.town, agent, signal),
    // A new generation, or a state that ends one, means another list.
    args: () => {
      const view = this.#view();
      return [this.agent, this.#ready(), `${view?.generation} ${view?.state} ${view?.completed}`] as const;
    },
  });

  constructor() {
    super();
    this.agent = "";
  }

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    return [client.store.agents];
  }

  #ready(): TownClient | undefined {
    return this.client?.session.value.phase === "ready" ? this.client : undefined;
  }

  #view(): AgentView | undefined {
    return this.client?.store.agents.value.get(this.agent);
  }

  protected override render(): TemplateResult {
    const view = this.#view();
    return html`
      <header>
        <button class="button quiet square back" aria-label="Back to the town" title="Back to the town" @click=${() => this.dispatchEvent(new CustomEvent("gastown-close"))}>
          ${icon("back")}
        </button>
        <div class="name">
          <h2 class="ellipsis">${agentName(this.agent)}</h2>
          ${view === undefined ? nothing : this.#state(view)}
        </div>
        <div class="facts">${view === undefined ? this.#unknown() : this.#facts(view)}</div>
      </header>
      <gastown-terminal agent=${this.agent} run=${this.run ?? nothing} font-size="13">
        <span slot="title" class="terminal-title">${icon("terminal")}Terminal</span>
        ${this.#selector()}
      </gastown-terminal>
    `;
  }

  #unknown(): TemplateResult {
    return html`<span>${this.#ready() === undefined ? "Loading" : `There is no agent ${this.agent} in this town.`}</span>`;
  }

  #state(view: AgentView): unknown {
    const state = agentState(view);
    return keyed(
      state.word,
      html`<span class="pill tone-${state.tone}" title=${view.detail ?? nothing}>${icon(state.icon)}${state.word}</span>
        <span class="muted">${ageOf(view.since, this.#clock.now)}</span>`,
    );
  }

  #facts(view: AgentView): TemplateResult {
    const { bead } = view;
    return html`
      ${
        bead === undefined
          ? html`<span>${restWords(view)}</span>`
          : html`<button class="link ellipsis" @click=${() => this.dispatchEvent(new OpenBeadEvent(bead))}>
              <span class="mono">${bead}</span> ${view.bead_title ?? ""}
            </button>`
      }
      <span>${view.rig} ${view.role}</span>
      ${isolationBadge(view)}
      ${view.driver === undefined ? nothing : html`<span>${view.driver}</span>`}
      ${(view.attempt ?? 1) > 1 ? html`<span>attempt ${view.attempt}</span>` : nothing}
    `;
  }

  #selector(): TemplateResult | typeof nothing {
    const runs = this.#runs.value ?? [];
    if (runs.length === 0 && this.run === undefined) return nothing;
    const unknown = this.run !== undefined && !runs.some(run => run.run === this.run);
    return html`
      <select slot="actions" aria-label="Run" @change=${this.#choose}>
        <option value="" ?selected=${this.run === undefined}>Latest run</option>
        ${unknown ? html`<option value=${this.run ?? ""} selected>Run ${this.run}</option>` : nothing}
        ${runs.map(run => html`<option value=${run.run} ?selected=${run.run === this.run} title=${moment(run.started_at)}>${this.#runWords(run)}</option>`)}
      </select>
    `;
  }

  #runWords(run: RunView): string {
    const when = run.live ? "live" : `${age(Date.parse(run.started_at), this.#clock.now)} ago`;
    return `Run ${run.generation}${run.bead === undefined ? "" : `, ${run.bead}`}, ${when}`;
  }

  readonly #choose = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const { value } = event.target;
    this.dispatchEvent(new OpenAgentEvent(this.agent, value === "" ? undefined : value));
  };
}

/** What an agent without a bead can say of itself. */
function restWords({ role, completed }: AgentView): string {
  if (role === "refinery") return "Waits for something to merge";
  if (role === "mayor") return "The town's mayor";
  return completed === 0 ? "No work yet" : `Finished ${completed === 1 ? "once" : `${completed} times`}`;
}

customElements.define("gastown-agent-page", GastownAgentPage);
