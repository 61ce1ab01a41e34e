import { css, html, LitElement, type TemplateResult } from "lit";
import { baseStyles } from "./base-styles.ts";
import { icon } from "./icons.ts";

/**
 * @summary A shell command with a button that copies it.
 *
 * @attr command - The command, one line.
 */
export class GastownCommand extends LitElement {
  static override properties = { command: { type: String }, copied: { state: true } };
  static override styles = [
    baseStyles,
    css`
      :host {
        display: inline-flex;
        max-width: 100%;
        align-items: center;
        gap: var(--s-1);
        padding: 2px 2px 2px 10px;
        border: 1px solid var(--line);
        border-radius: 6px;
        background: var(--sunken);
        text-align: left;
      }
      code {
        font: 400 var(--fs-1) / 1.5 var(--mono);
        overflow-x: auto;
        white-space: nowrap;
        scrollbar-width: none;
      }
      .button {
        width: 26px;
        height: 26px;
        min-height: 0;
        flex: none;
      }
    `,
  ];

  declare command: string;
  declare copied: boolean;

  constructor() {
    super();
    this.command = "";
    this.copied = false;
  }

  protected override render(): TemplateResult {
    return html`
      <code>${this.command}</code>
      <button class="button quiet square" aria-label="Copy: ${this.command}" @click=${this.#copy}>
        ${icon(this.copied ? "check" : "copy")}
      </button>
      <span class="sr-only" role="status">${this.copied ? "Copied" : ""}</span>
    `;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.command);
    } catch {
      // Without the right to the clipboard the command is selected instead, ready for the user's own copy.
      const code = this.renderRoot.querySelector("code");
      if (code !== null) getSelection()?.selectAllChildren(code);
      return;
    }
    this.copied = true;
    setTimeout(() => {
      this.copied = false;
    }, 1_500);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-command": GastownCommand;
  }
}
