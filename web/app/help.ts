import { css, html, LitElement, type TemplateResult } from "lit";
import { baseStyles } from "../elements/shared/base-styles.ts";
import { icon } from "../elements/shared/icons.ts";
import { beadState } from "../elements/shared/state-words.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "Filter the beads"],
  ["Arrows", "Move between cards or agents"],
  ["Enter", "Open the card or agent"],
  ["Escape", "Close what is open beside the page"],
  ["t", "Open or close the terminals"],
  ["m", "Mail"],
  ["Shift Escape", "Leave a terminal that has the keyboard"],
  ["?", "This page"],
];

const STATES: readonly (readonly [string, string])[] = [
  ["open", "Waits to be slung, or for another bead"],
  ["hooked", "Given to an agent, which starts"],
  ["in_progress", "An agent works on it in a worktree of its own"],
  ["in_review", "Submitted; the refinery merges and tests it"],
  ["closed", "Merged into the target branch"],
  ["failed", "Tried as often as allowed; needs you"],
];

/** The keys and what the states mean. */
export class GastownHelp extends LitElement {
  static override styles = [
    baseStyles,
    css`
      dialog {
        width: min(520px, calc(100vw - 32px));
        padding: var(--s-5);
        border: 1px solid var(--line);
        border-radius: var(--r-3);
        background: var(--surface);
        color: inherit;
        box-shadow: var(--shadow-2);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.45);
      }
      header {
        display: flex;
        justify-content: space-between;
        align-items: center;
        margin-bottom: var(--s-3);
      }
      h2 {
        font-size: var(--fs-4);
        font-weight: 600;
      }
      h3 {
        margin: var(--s-4) 0 var(--s-2);
        font-size: var(--fs-1);
        font-weight: 600;
        color: var(--text-3);
      }
      dl {
        display: grid;
        grid-template-columns: 120px minmax(0, 1fr);
        gap: 6px var(--s-4);
        font-size: var(--fs-2);
      }
      dt {
        display: flex;
        align-items: center;
        gap: 6px;
        font-weight: 500;
      }
      dt svg.icon {
        color: var(--tone);
      }
      dd {
        color: var(--text-2);
      }
      kbd {
        padding: 1px 6px;
        border: 1px solid var(--line-strong);
        border-radius: 4px;
        font: 400 var(--fs-1) / 1.5 var(--mono);
      }
    `,
  ];

  show(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render(): TemplateResult {
    return html`
      <dialog aria-label="Help">
        <header>
          <h2>Keys and states</h2>
          <form method="dialog"><button class="button quiet square" aria-label="Close">${icon("close")}</button></form>
        </header>
        <h3>Keys</h3>
        <dl>${KEYS.map(([key, text]) => html`<dt><kbd>${key}</kbd></dt><dd>${text}</dd>`)}</dl>
        <h3>States of a bead</h3>
        <dl>
          ${STATES.map(([status, text]) => {
            const state = beadState(status);
            return html`<dt class="tone-${state.tone}">${icon(state.icon)}${state.word}</dt><dd>${text}</dd>`;
          })}
        </dl>
      </dialog>
    `;
  }
}

customElements.define("gastown-help", GastownHelp);

declare global {
  interface HTMLElementTagNameMap {
    "gastown-help": GastownHelp;
  }
}
