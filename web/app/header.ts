import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { BoardColumn } from "../client/board.ts";
import type { Readable } from "../client/signal.ts";
import type { TownClient } from "../client/town-client.ts";
import { unreadMail } from "../elements/mail/boxes.ts";
import { baseStyles } from "../elements/shared/base-styles.ts";
import { Clock } from "../elements/shared/clock.ts";
import { type IconName, icon } from "../elements/shared/icons.ts";
import { word } from "../elements/shared/stable.ts";
import { beadState, type Tone } from "../elements/shared/state-words.ts";
import { TownElement } from "../elements/shared/town-element.ts";
import { connectionWords } from "./connection.ts";
import { headerStyles } from "./header.styles.ts";
import { lamp } from "./lamp.ts";
import { applyTheme, loadTheme, nextTheme, type Theme } from "./theme.ts";

const COUNTS: readonly {
  readonly column: BoardColumn;
  readonly status: readonly string[];
  readonly word: string;
}[] = [
  { column: "open", status: ["open", "blocked", "deferred"], word: "open" },
  { column: "in_progress", status: ["hooked", "in_progress"], word: "in progress" },
  { column: "in_review", status: ["in_review"], word: "in review" },
  { column: "done", status: ["closed"], word: "done" },
  { column: "done", status: ["failed"], word: "failed" },
];
const THEME_ICON: Readonly<Record<Theme, IconName>> = { auto: "auto", dark: "moon", light: "sun" };

/** The top bar: the town, its counts (each leads to what it counts), the filter, the connection and the theme. */
export class GastownHeader extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    filter: { type: String },
    page: { type: String },
    theme: { state: true },
  };
  static override styles = [baseStyles, headerStyles];

  declare filter: string;
  /** The page that is shown. */
  declare page: string;
  declare theme: Theme;

  readonly #clock = new Clock(this, 1_000);

  constructor() {
    super();
    this.filter = "";
    this.page = "town";
    this.theme = loadTheme(localStorage);
  }

  /** Puts the cursor into the filter. */
  focusFilter(): void {
    this.renderRoot.querySelector("input")?.focus();
  }

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    return [client.store.facts, client.store.counts, client.store.beads, client.connection];
  }

  protected override render(): TemplateResult {
    const facts = this.client?.store.facts.value;
    return html`
      <a class="brand" href="#/" aria-label="Gastown, to the town's page">${lamp()}<b>Gastown</b></a>
      <h1><span class="ellipsis" title=${facts === undefined ? nothing : `Gastown ${facts.version}`}>${facts?.name ?? ""}</span></h1>
      <nav class="counts" aria-label="Beads by state">${COUNTS.map(count => this.#count(count))}</nav>
      <div class="end">
        <div class="filter">
          ${icon("search")}
          <input
            type="search"
            aria-label="Filter beads"
            placeholder="Filter beads"
            .value=${this.filter}
            @input=${this.#onFilter}
            @keydown=${this.#onFilterKey}
          /><kbd aria-hidden="true">/</kbd>
        </div>
        ${this.#connection()}
        ${this.#mail()}
        <button class="button quiet square" aria-label="Theme: ${this.theme}" title="Theme: ${this.theme}" @click=${this.#turnTheme}>
          ${icon(THEME_ICON[this.theme])}
        </button>
        <button class="button quiet square help" aria-label="Help" title="Help (?)" @click=${() => this.dispatchEvent(new CustomEvent("gastown-help"))}>
          ${icon("help")}
        </button>
      </div>
    `;
  }

  #count({ column, status, word: label }: (typeof COUNTS)[number]): TemplateResult {
    const counts = this.client?.store.counts.value ?? {};
    const total = status.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
    const state = beadState(status.at(-1) === "deferred" ? "open" : (status.at(-1) ?? "open"));
    const tone: Tone = state.tone;
    return html`
      <button
        class="tone-${tone} ${total === 0 ? "zero" : ""}"
        data-count=${label}
        title="${total} ${label}"
        @click=${() => this.dispatchEvent(new CustomEvent<BoardColumn>("gastown-focus-column", { detail: column }))}
      >
        ${icon(state.icon)}${keyed(total, html`<b>${total}</b>`)}<span class="label">${label}</span>
      </button>
    `;
  }

  #mail(): TemplateResult {
    const unread = unreadMail(this.client?.store.beads.value ?? new Map());
    const label = unread === 0 ? "Mail" : `Mail, ${unread} unread`;
    return html`
      <a class="button quiet mail" href="#/mail" aria-label=${label} title="${label} (m)" aria-current=${this.page === "mail" ? "page" : "false"}>
        ${icon("mail")}${unread === 0 ? nothing : keyed(unread, html`<b class="count">${unread > 99 ? "99+" : unread}</b>`)}
      </a>
    `;
  }

  #connection(): TemplateResult {
    const { client } = this;
    const words = connectionWords(client?.connection.value, this.#clock.now);
    return html`
      <button
        class="connection tone-${words.tone}"
        ?disabled=${!words.retry}
        title=${words.detail}
        aria-label="Connection: ${words.text}${words.retry ? ". Try again now" : ""}"
        @click=${() => client?.retry()}
      >
        ${word(words.text, words.detail)}
      </button>
      <span class="sr-only" role="status">${words.announce}</span>
    `;
  }

  readonly #turnTheme = (): void => {
    this.theme = nextTheme(this.theme);
    applyTheme(this.theme, document.documentElement, localStorage);
  };

  readonly #onFilter = (event: InputEvent): void => {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.dispatchEvent(new CustomEvent("gastown-filter", { detail: event.target.value }));
  };

  readonly #onFilterKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    this.dispatchEvent(new CustomEvent("gastown-filter", { detail: "" }));
    if (event.target instanceof HTMLElement) event.target.blur();
  };
}

customElements.define("gastown-header", GastownHeader);

declare global {
  interface HTMLElementTagNameMap {
    "gastown-header": GastownHeader;
  }
}
