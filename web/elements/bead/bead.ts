import { Task } from "@lit/task";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { BeadView } from "../../../runtime/gateway/contract/views.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { columnOf } from "../../client/board.ts";
import type { Readable } from "../../client/signal.ts";
import type { TownClient } from "../../client/town-client.ts";
import { baseStyles } from "../shared/base-styles.ts";
import { Clock } from "../shared/clock.ts";
import { OpenAgentEvent, OpenBeadEvent } from "../shared/events.ts";
import { age, moment } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { markdownStyles } from "../shared/markdown.ts";
import { errorNotice, notice, noticeStyles } from "../shared/notice.ts";
import { beadState } from "../shared/state-words.ts";
import { TownElement } from "../shared/town-element.ts";
import { beadStyles } from "./bead.styles.ts";
import { commentList, dependencySection, historySection, requestSection, textSection } from "./sections.ts";

/**
 * @summary One bead in full: what is to be done, what it waits for, its merge requests, history and comments. Live.
 *
 * @attr bead - Id of the bead.
 * @attr readonly - Leaves out what would change the bead.
 *
 * @fires gastown-open-bead - A dependency was chosen.
 * @fires gastown-open-agent - The agent that works on it was chosen.
 *
 * @csspart notice - What is shown when there is nothing to show.
 *
 * @cssproperty --gastown-surface - Background of its boxes. So for every colour in `shared/tokens.ts`.
 */
export class GastownBead extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    bead: { type: String },
    readonly: { type: Boolean },
    problem: { state: true },
    busy: { state: true },
  };
  static override styles = [baseStyles, noticeStyles, markdownStyles, beadStyles];

  declare bead: string;
  declare readonly: boolean;
  /** What the last action was refused with. */
  declare problem: AppError | undefined;
  declare busy: boolean;

  readonly #clock = new Clock(this, 10_000);
  /** The last answer, kept on the screen while a newer one is loaded. */
  #view: BeadView | undefined;
  readonly #load = new Task(this, {
    task: async ([id, client], { signal }) => {
      if (client === undefined || id === "") return undefined;
      this.#view = await client.api.bead(client.town, id, signal);
      return this.#view;
    },
    // The bead itself is among the arguments: a new version of it loads the rest again.
    args: () => [this.bead, this.#ready(), this.#version()] as const,
  });

  constructor() {
    super();
    this.bead = "";
    this.readonly = false;
    this.busy = false;
  }

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    return [client.store.beads, client.store.mergeRequests];
  }

  #ready(): TownClient | undefined {
    return this.client?.session.value.phase === "ready" ? this.client : undefined;
  }

  #version(): string {
    const store = this.client?.store;
    if (store === undefined) return "";
    const requests = [...store.mergeRequests.value.values()].filter(request => request.bead === this.bead);
    const { updated_at = "", status = "", comments = [] } = store.beads.value.get(this.bead) ?? {};
    return [updated_at, status, comments.length, ...requests.map(request => request.state)].join(" ");
  }

  protected override render(): TemplateResult {
    const session = this.client?.session.value;
    if (session?.phase === "failed") return errorNotice(session.error, () => this.client?.retry());
    if (session?.phase === "signed_out")
      return notice({ icon: "lock", title: "Not signed in", command: "gt url" });
    const view = this.#view?.bead.id === this.bead ? this.#view : undefined;
    return this.#load.render({
      initial: () => skeleton(),
      pending: () => (view === undefined ? skeleton() : this.#article(view)),
      complete: loaded => (loaded === undefined ? skeleton() : this.#article(loaded)),
      error: error => this.#error(AppError.from(error)),
    }) as TemplateResult; // SAFETY: each of the four renderers above returns a TemplateResult.
  }

  #error(error: AppError): TemplateResult {
    if (error.code === "not_found") {
      return notice({
        icon: "search",
        title: `There is no bead ${this.bead}`,
        text: "It may be in a rig that this town does not have.",
      });
    }
    return errorNotice(error, () => void this.#load.run());
  }

  #article(view: BeadView): TemplateResult {
    const { bead } = view;
    const beads = this.client?.store.beads.value ?? new Map();
    const open = (id: string) => this.dispatchEvent(new OpenBeadEvent(id));
    const comments = commentList(bead, this.#clock.now);
    return html`
      <article aria-label="Bead ${bead.id}">
        ${this.#head(view)} ${this.#blocked(view, open)} ${this.#actions(view)}
        ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${this.problem.message} ${this.problem.hint ?? ""}</p>`}
        ${this.#facts(view)}
        ${textSection("Description", bead.description)} ${textSection("Acceptance", bead.acceptance_criteria)}
        ${textSection("Design", bead.design)} ${textSection("Notes", bead.notes)}
        ${dependencySection(view, beads, open)} ${requestSection(view.merge_requests)}
        ${
          comments.length === 0 && this.readonly
            ? nothing
            : html`<section><h3>Comments</h3>${comments}${this.readonly ? nothing : this.#form()}</section>`
        }
        ${historySection(view.events, this.#clock.now)}
      </article>
    `;
  }

  #head({ bead }: BeadView): TemplateResult {
    const state = beadState(bead.status);
    return html`
      <div class="head">
        <div class="line">
          <span class="id">${bead.id}</span>
          <span class="pill tone-${state.tone}" data-status=${bead.status}>${icon(state.icon)}${state.word}</span>
          ${(bead.labels ?? []).map(label => html`<span class="pill">${label}</span>`)}
        </div>
        <h2>${bead.title}</h2>
      </div>
    `;
  }

  #blocked(view: BeadView, open: (id: string) => void): TemplateResult | typeof nothing {
    if (view.blocked_by.length === 0 || columnOf(view.bead.status) === "done") return nothing;
    return html`<p class="blocked">
      ${icon("blocked")}
      <span>Waits for ${view.blocked_by.map((id, index) => html`${index === 0 ? "" : ", "}<button class="link mono" @click=${() => open(id)}>${id}</button>`)}</span>
    </p>`;
  }

  #facts(view: BeadView): TemplateResult {
    const { bead, rig } = view;
    const now = this.#clock.now;
    const fact = (name: string, value: unknown, title?: string) =>
      html`<div title=${title ?? nothing}><dt>${name}</dt><dd>${value}</dd></div>`;
    const agent = bead.assignee;
    return html`
      <dl class="facts">
        ${agent === undefined ? fact("Assignee", "Nobody") : fact("Assignee", this.#agentLink(agent))}
        ${fact("Type", bead.issue_type)} ${fact("Priority", `P${bead.priority}`)}
        ${rig === undefined ? nothing : fact("Rig", rig)}
        ${fact("Filed", `${age(Date.parse(bead.created_at), now)} ago`, moment(bead.created_at))}
        ${bead.closed_at === undefined ? fact("Changed", `${age(Date.parse(bead.updated_at), now)} ago`, moment(bead.updated_at)) : fact("Closed", `${age(Date.parse(bead.closed_at), now)} ago`, moment(bead.closed_at))}
        ${bead.close_reason === undefined ? nothing : fact("Outcome", bead.close_reason)}
      </dl>
    `;
  }

  #agentLink(assignee: string): unknown {
    if (this.client?.store.agents.value.has(assignee) !== true) return assignee;
    return html`<button class="link" @click=${() => this.dispatchEvent(new OpenAgentEvent(assignee))}>${assignee}</button>`;
  }

  #actions({ bead, rig }: BeadView): TemplateResult | typeof nothing {
    if (this.readonly) return nothing;
    const column = columnOf(bead.status);
    if (column === "open" && rig !== undefined) {
      return html`<div class="actions">
        <button class="button primary" ?disabled=${this.busy} @click=${() => this.#do((client, town) => client.api.sling(town, { beads: [bead.id] }))}>${icon("hooked")}Sling to an agent</button>
        <button class="button" ?disabled=${this.busy} @click=${() => this.#do((client, town) => client.api.close(town, bead.id))}>Close</button>
      </div>`;
    }
    if (column === "done") {
      return html`<div class="actions">
        <button class="button" ?disabled=${this.busy} @click=${() => this.#do((client, town) => client.api.reopen(town, bead.id))}>Reopen</button>
      </div>`;
    }
    return nothing;
  }

  #form(): TemplateResult {
    return html`
      <form @submit=${this.#comment}>
        <textarea name="text" aria-label="Comment" placeholder="Write a comment; the agent reads it on its next attempt" required></textarea>
        <button class="button" ?disabled=${this.busy}>Comment</button>
      </form>
    `;
  }

  readonly #comment = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(form instanceof HTMLFormElement)) return;
    const text = String(new FormData(form).get("text") ?? "").trim();
    if (text === "") return;
    const done = await this.#do((client, town) => client.api.comment(town, this.bead, text));
    if (done) form.reset();
  };

  /** Runs an action, one at a time, and loads the bead anew. False when it was refused. */
  async #do(action: (client: TownClient, town: string) => Promise<unknown>): Promise<boolean> {
    const client = this.#ready();
    if (client === undefined || this.busy) return false;
    this.busy = true;
    this.problem = undefined;
    try {
      await action(client, client.town);
      await this.#load.run();
      return true;
    } catch (error) {
      this.problem = AppError.from(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

function skeleton(): TemplateResult {
  return html`<div aria-busy="true" aria-label="Loading the bead">
    ${["40%", "90%", "60%", "100%", "100%", "75%"].map(width => html`<div class="placeholder skeleton" style="width: ${width}"></div>`)}
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-bead": GastownBead;
  }
}
