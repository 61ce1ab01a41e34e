import { ContextConsumer } from "@lit/context";
import { LitElement, type PropertyDeclarations } from "lit";
import { createBrowserClient } from "../../client/browser-client.ts";
import { clientContext } from "../../client/context.ts";
import type { Readable } from "../../client/signal.ts";
import type { TownClient } from "../../client/town-client.ts";

/**
 * What every element shares: it uses the client of the page around it, or, standing alone, makes one from its
 * attributes and ends it when it leaves the page.
 *
 * @attr gateway - Address of the gateway, when no `<gastown-town>` is around it. Default: where the page came from.
 * @attr town - Name of the town. Default: the first that the signed-in user may see.
 * @attr token - Embed token, for pages of another origin.
 */
export abstract class TownElement extends LitElement {
  static override properties: PropertyDeclarations = {
    gateway: { type: String },
    town: { type: String },
    token: { type: String },
  };

  declare gateway: string | undefined;
  declare town: string | undefined;
  declare token: string | undefined;

  #client: TownClient | undefined;
  #own: TownClient | undefined;
  #unwatch: (() => void)[] = [];

  constructor() {
    super();
    new ContextConsumer(this, {
      context: clientContext,
      subscribe: true,
      callback: client => this.#use(client),
    });
  }

  /** The client in use; undefined until the element is on a page. */
  get client(): TownClient | undefined {
    return this.#client;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#client === undefined) {
      const { gateway, town, token } = this;
      this.#own = createBrowserClient({ gateway, town, token });
      this.#use(this.#own);
    } else if (this.#unwatch.length === 0) {
      this.#use(this.#client);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopWatching();
    if (this.#own === undefined) return;
    this.#own.dispose();
    this.#own = undefined;
    this.#client = undefined;
  }

  /** What this element shows: it renders again when one of these changes. */
  protected abstract watched(client: TownClient): readonly Readable<unknown>[];

  /** Called when the client is there, and again if it is replaced. */
  protected clientReady(_client: TownClient): void {
    // Elements that load something of their own override this.
  }

  #use(client: TownClient): void {
    this.#stopWatching();
    this.#client = client;
    const sources = [client.session, ...this.watched(client)];
    this.#unwatch = sources.map(source => source.subscribe(() => this.requestUpdate()));
    this.clientReady(client);
    this.requestUpdate();
  }

  #stopWatching(): void {
    for (const unwatch of this.#unwatch) unwatch();
    this.#unwatch = [];
  }
}
