import { ContextProvider } from "@lit/context";
import { html, LitElement, type TemplateResult } from "lit";
import { createBrowserClient } from "../../client/browser-client.ts";
import { clientContext } from "../../client/context.ts";
import type { TownClient } from "../../client/town-client.ts";

/**
 * @summary Gives one connection to all the elements inside it; without it each makes its own.
 *
 * @attr gateway - Address of the gateway. Default: where the page came from.
 * @attr town - Name of the town. Default: the first that the signed-in user may see.
 * @attr token - Embed token, for pages of another origin.
 *
 * @slot - The elements that share the connection, anywhere below.
 */
export class GastownTown extends LitElement {
  static override properties = { gateway: { type: String }, town: { type: String }, token: { type: String } };

  declare gateway: string | undefined;
  declare town: string | undefined;
  declare token: string | undefined;

  #provider: ContextProvider<typeof clientContext> | undefined;
  #client: TownClient | undefined;

  /** The shared client; undefined while the element is on no page. */
  get client(): TownClient | undefined {
    return this.#client;
  }

  override connectedCallback(): void {
    const { gateway, town, token } = this;
    this.#client = createBrowserClient({ gateway, town, token });
    if (this.#provider === undefined) {
      this.#provider = new ContextProvider(this, { context: clientContext, initialValue: this.#client });
    } else {
      this.#provider.setValue(this.#client);
    }
    super.connectedCallback();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#client?.dispose();
    this.#client = undefined;
  }

  protected override render(): TemplateResult {
    return html`<slot></slot>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-town": GastownTown;
  }
}
