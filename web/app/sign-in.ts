import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { AppError } from "../../store/schema/errors.ts";
import type { Api } from "../client/api.ts";
import { baseStyles } from "../elements/shared/base-styles.ts";
import { lamp } from "./lamp.ts";

const EXPIRED = "That link was used already, or is too old. Ask for a new one with gt url.";

/** What somebody sees who is not signed in: how to get in. */
export class GastownSignIn extends LitElement {
  static override properties = { api: { attribute: false }, problem: { state: true }, busy: { state: true } };
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        place-items: center;
        height: 100%;
        padding: var(--s-4);
        overflow: auto;
      }
      main {
        display: grid;
        gap: var(--s-5);
        width: min(440px, 100%);
        padding: var(--s-6);
        border: 1px solid var(--line);
        border-radius: var(--r-3);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      main > svg {
        width: 44px;
        height: 44px;
      }
      h1 {
        margin-bottom: var(--s-2);
        font-size: var(--fs-5);
        font-weight: 650;
        letter-spacing: -0.015em;
      }
      p {
        color: var(--text-2);
        text-wrap: pretty;
      }
      ol {
        display: grid;
        gap: var(--s-4);
        counter-reset: step;
      }
      li {
        display: grid;
        grid-template-columns: 24px minmax(0, 1fr);
        gap: var(--s-2);
        counter-increment: step;
      }
      li::before {
        content: counter(step);
        width: 22px;
        height: 22px;
        border: 1px solid var(--line-strong);
        border-radius: 50%;
        color: var(--text-2);
        font-size: var(--fs-1);
        line-height: 20px;
        text-align: center;
      }
      li gastown-command {
        margin-top: var(--s-2);
      }
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--s-2);
        margin-top: var(--s-2);
      }
      input {
        height: 34px;
        padding: 0 10px;
        border: 1px solid var(--line-strong);
        border-radius: 6px;
        background: var(--bg);
        font-family: var(--mono);
        font-size: var(--fs-2);
      }
      form .button {
        height: 34px;
      }
      .problem {
        color: var(--failed);
        font-size: var(--fs-2);
      }
    `,
  ];

  declare api: Api | undefined;
  declare problem: string | undefined;
  declare busy: boolean;

  constructor() {
    super();
    this.busy = false;
    if (new URLSearchParams(location.search).get("sign-in") === "expired") this.problem = EXPIRED;
  }

  protected override render(): TemplateResult {
    return html`
      <main>
        ${lamp()}
        <div>
          <h1>Sign in to this town</h1>
          <p>The dashboard opens for whoever can run commands on the machine of the town. There is no password.</p>
        </div>
        <ol>
          <li>
            <div>
              On that machine, ask for a link. It works once.
              <gastown-command command="gt url"></gastown-command>
            </div>
          </li>
          <li>
            <div>
              <label for="token">Open the link, or paste it here.</label>
              <form @submit=${this.#signIn}>
                <input id="token" name="token" autocomplete="off" spellcheck="false" required placeholder="http://127.0.0.1:4180/?token=…" />
                <button class="button primary" ?disabled=${this.busy}>Sign in</button>
              </form>
              ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
            </div>
          </li>
        </ol>
      </main>
    `;
  }

  readonly #signIn = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(form instanceof HTMLFormElement) || this.api === undefined) return;
    const token = tokenOf(String(new FormData(form).get("token") ?? ""));
    this.busy = true;
    this.problem = undefined;
    try {
      await this.api.signIn(token);
      location.replace(location.pathname + location.hash);
      location.reload();
    } catch (error) {
      const { message, hint } = AppError.from(error);
      this.problem = `${message} ${hint ?? "A link works once: ask for a new one with gt url."}`;
    } finally {
      this.busy = false;
    }
  };
}

/** The token, from a link that holds it or from itself. */
export function tokenOf(text: string): string {
  const trimmed = text.trim();
  try {
    return new URL(trimmed).searchParams.get("token") ?? trimmed;
  } catch {
    // Not an address: the token alone was pasted.
    return trimmed;
  }
}

customElements.define("gastown-sign-in", GastownSignIn);
