import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { baseStyles } from "../elements/shared/base-styles.ts";
import { icon } from "../elements/shared/icons.ts";

/** The panel over the right side of the page that shows one bead. Escape closes it and gives the focus back. */
export class GastownDrawer extends LitElement {
  static override properties = { bead: { type: String } };
  static override styles = [
    baseStyles,
    css`
      :host {
        display: contents;
      }
      .drawer {
        position: fixed;
        inset: 0 0 0 auto;
        z-index: 10;
        display: grid;
        grid-template-rows: 52px minmax(0, 1fr);
        width: min(600px, 100vw);
        border-left: 1px solid var(--line);
        background: var(--surface);
        box-shadow: var(--shadow-2);
        animation: arrive 160ms cubic-bezier(0.2, 0.7, 0.2, 1);
      }
      .drawer:focus {
        outline: none;
      }
      @keyframes arrive {
        from {
          transform: translateX(24px);
          opacity: 0;
        }
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: 0 var(--s-3) 0 var(--s-5);
        border-bottom: 1px solid var(--line);
        font-weight: 600;
      }
      .scroll {
        overflow: auto;
        overscroll-behavior: contain;
        scrollbar-width: thin;
        scrollbar-color: var(--line-strong) transparent;
      }
      gastown-bead {
        min-height: 100%;
      }
    `,
  ];

  declare bead: string | undefined;

  #returnTo: Element | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("bead") && this.bead !== undefined && changed.get("bead") === undefined) {
      this.#returnTo = deepActiveElement();
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("bead")) return;
    if (this.bead !== undefined) {
      this.renderRoot.querySelector<HTMLElement>(".drawer")?.focus();
    } else if (this.#returnTo instanceof HTMLElement && this.#returnTo.isConnected) {
      this.#returnTo.focus();
      this.#returnTo = null;
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { bead } = this;
    if (bead === undefined) return nothing;
    return html`
      <div class="drawer" role="dialog" aria-label="Bead ${bead}" tabindex="-1" @keydown=${this.#onKey}>
        <header>
          <span>Bead</span>
          <button class="button quiet square" aria-label="Close" title="Close (Escape)" @click=${this.#close}>${icon("close")}</button>
        </header>
        <div class="scroll"><gastown-bead bead=${bead}></gastown-bead></div>
      </div>
    `;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#close();
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent("gastown-close"));
  };
}

/** The element with the focus, also inside shadow roots. */
function deepActiveElement(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

customElements.define("gastown-drawer", GastownDrawer);
