import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { BoardColumn } from "../client/board.ts";
import type { Readable } from "../client/signal.ts";
import type { TownClient } from "../client/town-client.ts";
import { baseStyles } from "../elements/shared/base-styles.ts";
import { Clock } from "../elements/shared/clock.ts";
import { type IconName, icon } from "../elements/shared/icons.ts";
import { word } from "../elements/shared/stable.ts";
import { beadState, type Tone } from "../elements/shared/state-words.ts";
import { TownElement } from "../elements/shared/town-element.ts";
import { connectionWords } from "./connection.ts";
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
    theme: { state: true },
  };
  static override styles = [
    baseStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: var(--s-5);
        min-width: 0;
        padding: 0 var(--s-3) 0 var(--s-4);
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 10px;
        flex: none;
        min-width: 0;
        text-decoration: none;
      }
      .brand svg {
        width: 26px;
        height: 26px;
      }
      .brand b {
        font-size: var(--fs-4);
        font-weight: 650;
        letter-spacing: -0.015em;
      }
      h1 {
        display: flex;
        align-items: center;
        gap: 10px;
        min-width: 72px;
        font-size: var(--fs-4);
        font-weight: 400;
        letter-spacing: -0.01em;
        color: var(--text-2);
      }
      h1::before {
        content: "/";
        color: var(--line-strong);
      }
      .counts {
        display: flex;
        gap: 2px;
        min-width: 0;
        overflow: hidden;
      }
      .counts button {
        display: grid;
        grid-template-columns: 14px minmax(2ch, auto) auto;
        align-items: center;
        gap: 5px;
        height: 30px;
        padding: 0 9px;
        border: 0;
        border-radius: 6px;
        background: none;
        color: var(--text-2);
        font-size: var(--fs-2);
        white-space: nowrap;
        cursor: pointer;
      }
      .counts button:hover {
        background: var(--hover);
      }
      .counts button:focus-visible {
        outline-offset: -2px;
      }
      .counts svg.icon {
        width: 14px;
        height: 14px;
        color: var(--tone);
      }
      .counts b {
        font-variant-numeric: tabular-nums;
        margin-left: -4px;
        font-weight: 600;
        color: var(--text);
        text-align: right;
      }
      .counts .zero b,
      .counts .zero svg.icon {
        color: var(--text-3);
      }
      .end {
        display: flex;
        align-items: center;
        gap: var(--s-1);
        margin-left: auto;
        flex: none;
      }
      .filter {
        position: relative;
        width: 190px;
        margin-right: var(--s-2);
      }
      .filter svg.icon {
        position: absolute;
        top: 8px;
        left: 9px;
        width: 14px;
        height: 14px;
        color: var(--text-3);
        pointer-events: none;
      }
      .filter input {
        width: 100%;
        height: 30px;
        padding: 0 28px 0 29px;
        border: 1px solid var(--line);
        border-radius: 6px;
        background: var(--bg);
        font-size: var(--fs-2);
      }
      .filter input::placeholder {
        color: var(--text-3);
      }
      .filter kbd {
        position: absolute;
        top: 6px;
        right: 7px;
        width: 18px;
        height: 18px;
        border: 1px solid var(--line);
        border-radius: 4px;
        color: var(--text-3);
        font: 400 0.6875rem / 16px var(--mono);
        text-align: center;
        pointer-events: none;
      }
      .filter input:focus + kbd {
        display: none;
      }
      .connection {
        display: flex;
        align-items: center;
        gap: 7px;
        width: 116px;
        font-variant-numeric: tabular-nums;
        height: 30px;
        padding: 0 8px;
        border: 0;
        border-radius: 6px;
        background: none;
        color: var(--text-2);
        font-size: var(--fs-2);
        white-space: nowrap;
      }
      .connection::before {
        content: "";
        flex: none;
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--tone);
      }
      .connection.tone-ready::before {
        background: none;
        box-shadow: inset 0 0 0 2px var(--tone);
      }
      button.connection:not(:disabled) {
        cursor: pointer;
      }
      @media (max-width: 1240px) {
        .counts button {
          grid-template-columns: 14px minmax(2ch, auto);
        }
        .counts .label {
          display: none;
        }
      }
      @media (max-width: 820px) {
        :host {
          gap: var(--s-2);
          padding: 0 var(--s-2) 0 var(--s-3);
        }
        .counts,
        .filter,
        .help,
        .brand b {
          display: none;
        }
        .connection {
          width: auto;
        }
        h1::before {
          content: none;
        }
        h1 {
          font-weight: 600;
          color: var(--text);
        }
      }
    `,
  ];

  declare filter: string;
  declare theme: Theme;

  readonly #clock = new Clock(this, 1_000);

  constructor() {
    super();
    this.filter = "";
    this.theme = loadTheme(localStorage);
  }

  /** Puts the cursor into the filter. */
  focusFilter(): void {
    this.renderRoot.querySelector("input")?.focus();
  }

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    return [client.store.facts, client.store.counts, client.connection];
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
