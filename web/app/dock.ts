import { css, html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Readable } from "../client/signal.ts";
import type { TownClient } from "../client/town-client.ts";
import { baseStyles } from "../elements/shared/base-styles.ts";
import { OpenAgentEvent } from "../elements/shared/events.ts";
import { agentName } from "../elements/shared/format.ts";
import { icon } from "../elements/shared/icons.ts";
import { TownElement } from "../elements/shared/town-element.ts";
import { nextTiles } from "./tiles.ts";

const MIN_HEIGHT_PX = 160;
const KEY = "gastown.dock.height";
const vacant = html`<div class="vacant">An agent's terminal opens here when it starts</div>`;

/** The terminals of who is at work, side by side; closed, it holds none. Its number of places depends on the width alone. */
export class GastownDock extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    open: { type: Boolean },
    places: { state: true },
    height: { state: true },
  };
  static override styles = [
    baseStyles,
    css`
      :host {
        position: relative;
        border-top: 1px solid var(--line);
        background: var(--bg);
      }
      .bar {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        height: 36px;
        padding: 0 var(--s-3) 0 var(--s-4);
        font-size: var(--fs-2);
      }
      .bar h2 {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        font-size: var(--fs-2);
        font-weight: 600;
      }
      .bar h2 svg.icon {
        color: var(--text-3);
      }
      .bar .button {
        margin-left: auto;
      }
      .grip {
        position: absolute;
        top: -4px;
        left: 0;
        right: 0;
        height: 8px;
        z-index: 1;
        cursor: row-resize;
        touch-action: none;
      }
      .grip:hover::after,
      .grip:focus-visible::after {
        content: "";
        position: absolute;
        inset: 3px 0;
        background: var(--focus);
      }
      .grip:focus-visible {
        outline: none;
      }
      .tiles {
        display: grid;
        gap: var(--s-3);
        padding: 0 var(--s-4) var(--s-4);
      }
      .vacant {
        display: grid;
        place-items: center;
        border: 1px dashed var(--line);
        border-radius: var(--r-2);
        color: var(--text-3);
        font-size: var(--fs-1);
      }
    `,
  ];

  declare open: boolean;
  declare places: number;
  declare height: number;

  #tiles: readonly string[] = [];
  readonly #resizes = new ResizeObserver(entries => {
    const width = entries[0]?.contentRect.width ?? 0;
    this.places = width >= 1_240 ? 3 : width >= 820 ? 2 : 1;
  });

  constructor() {
    super();
    this.open = true;
    this.places = innerWidth >= 1_240 ? 3 : innerWidth >= 820 ? 2 : 1;
    this.height = clampHeight(Number(localStorage.getItem(KEY)) || innerHeight * 0.3);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
  }

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    return [client.store.agents];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("open") && !this.open) this.#tiles = [];
    const agents = [...(this.client?.store.agents.value.values() ?? [])];
    if (this.open) this.#tiles = nextTiles(this.#tiles, agents, this.places);
  }

  protected override render(): TemplateResult {
    return html`
      ${this.open ? this.#grip() : nothing}
      <div class="bar">
        <h2>${icon("terminal")}Terminals</h2>
        <button
          class="button quiet square"
          aria-label=${this.open ? "Close the terminals" : "Open the terminals"}
          aria-expanded=${this.open ? "true" : "false"}
          title=${this.open ? "Close (t)" : "Open (t)"}
          @click=${() => this.dispatchEvent(new CustomEvent("gastown-dock-toggle"))}
        >
          ${icon(this.open ? "down" : "up")}
        </button>
      </div>
      ${this.open ? this.#grid() : nothing}
    `;
  }

  #grid(): TemplateResult {
    const places = Array.from({ length: this.places }, (_, index) => this.#tiles[index] ?? index);
    return html`
      <div class="tiles" style="grid-template-columns: repeat(${this.places}, minmax(0, 1fr)); height: ${this.height}px">
        ${repeat(
          places,
          place => place,
          place => (typeof place === "string" ? this.#tile(place) : vacant),
        )}
      </div>
    `;
  }

  #tile(id: string): TemplateResult {
    return html`
            <gastown-terminal agent=${id} data-tile=${id}>
              <button
                slot="actions"
                class="button quiet square"
                aria-label="Open the page of ${agentName(id)}"
                title="Open the page of ${agentName(id)}"
                @click=${() => this.dispatchEvent(new OpenAgentEvent(id))}
              >
                ${icon("expand")}
              </button>
            </gastown-terminal>
    `;
  }

  #grip(): TemplateResult {
    return html`<div
      class="grip"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the terminals"
      aria-valuenow=${Math.round(this.height)}
      aria-valuemin=${MIN_HEIGHT_PX}
      tabindex="0"
      @pointerdown=${this.#grab}
      @keydown=${this.#gripKey}
    ></div>`;
  }

  readonly #grab = (event: PointerEvent): void => {
    const { currentTarget, pointerId, clientY } = event;
    if (!(currentTarget instanceof HTMLElement)) return;
    currentTarget.setPointerCapture(pointerId);
    const before = this.height;
    const move = (moved: PointerEvent) => this.#setHeight(before + clientY - moved.clientY);
    currentTarget.addEventListener("pointermove", move);
    currentTarget.addEventListener(
      "lostpointercapture",
      () => currentTarget.removeEventListener("pointermove", move),
      {
        once: true,
      },
    );
  };

  readonly #gripKey = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowUp" ? 24 : event.key === "ArrowDown" ? -24 : 0;
    if (step === 0) return;
    event.preventDefault();
    this.#setHeight(this.height + step);
  };

  #setHeight(height: number): void {
    this.height = clampHeight(height);
    localStorage.setItem(KEY, String(Math.round(this.height)));
  }
}

function clampHeight(height: number): number {
  return Math.round(Math.max(MIN_HEIGHT_PX, Math.min(height, innerHeight * 0.6)));
}

customElements.define("gastown-dock", GastownDock);
