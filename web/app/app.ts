import { ContextProvider } from "@lit/context";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { createBrowserClient } from "../client/browser-client.ts";
import { clientContext } from "../client/context.ts";
import type { TownClient } from "../client/town-client.ts";
import { baseStyles } from "../elements/shared/base-styles.ts";
import type { OpenAgentEvent, OpenBeadEvent, OpenMailEvent } from "../elements/shared/events.ts";
import { type IconName, icon } from "../elements/shared/icons.ts";
import { errorNotice, noticeStyles } from "../elements/shared/notice.ts";
import "./agent-page.ts";
import { appStyles } from "./app.styles.ts";
import { attentionFor, markOf } from "./attention-view.ts";
import "./dock.ts";
import "./drawer.ts";
import { faviconUrl } from "./favicon.ts";
import "./header.ts";
import "./help.ts";
import { formatRoute, parseRoute, type Route } from "./route.ts";
import "./sign-in.ts";
import "./status.ts";
import { isTyping, routeOf } from "./ui-action.ts";

type View = "board" | "agents" | "feed" | "mail";
const VIEWS: readonly { readonly view: View; readonly icon: IconName; readonly label: string }[] = [
  { view: "board", icon: "board", label: "Board" },
  { view: "agents", icon: "agents", label: "Agents" },
  { view: "feed", icon: "feed", label: "Activity" },
  { view: "mail", icon: "mail", label: "Mail" },
];

/** The dashboard: what is on the page follows the address and the session, and the elements do the rest. */
export class GastownApp extends LitElement {
  static override properties = {
    route: { state: true },
    view: { state: true },
    filter: { state: true },
    dockOpen: { state: true },
    marked: { state: true },
  };
  static override styles = [baseStyles, noticeStyles, appStyles];

  declare route: Route;
  /** What a narrow page shows. */
  declare view: View;
  declare filter: string;
  declare dockOpen: boolean;
  /** A bead that somebody pointed at. */
  declare marked: string | undefined;

  readonly #client: TownClient;
  #subscriptions: (() => void)[] = [];

  constructor() {
    super();
    this.route = parseRoute(location.hash);
    this.view = "board";
    this.filter = "";
    this.dockOpen = localStorage.getItem("gastown.dock") !== "closed";
    this.#client = createBrowserClient();
    new ContextProvider(this, { context: clientContext, initialValue: this.#client });
    this.addEventListener("gastown-open-bead", this.#openBead);
    this.addEventListener("gastown-open-agent", this.#openAgent);
    this.addEventListener("gastown-open-mail", this.#openMail);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { session, store, connection } = this.#client;
    const sources = [session, connection, store.facts, store.beads, store.agents, store.rigs, store.convoys];
    this.#subscriptions = sources.map(source => source.subscribe(() => this.requestUpdate()));
    this.#subscriptions.push(this.#client.shown.subscribe(this.#showOfOthers));
    addEventListener("hashchange", this.#routeChanged);
    addEventListener("keydown", this.#onKey);
    addEventListener("online", this.#retry);
    document.addEventListener("visibilitychange", this.#retry);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    removeEventListener("hashchange", this.#routeChanged);
    removeEventListener("keydown", this.#onKey);
    removeEventListener("online", this.#retry);
    document.removeEventListener("visibilitychange", this.#retry);
    this.#client.dispose();
  }

  protected override updated(): void {
    const items = attentionFor(this.#client);
    const town = this.#client.store.facts.value?.name;
    const count = items.length === 0 ? "" : `(${items.length}) `;
    document.title = town === undefined ? "Gastown" : `${count}${this.#pageTitle(town)} · Gastown`;
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const url = faviconUrl(markOf(this.#client, items));
    if (link !== null && link.href !== url) link.href = url;
  }

  #pageTitle(town: string): string {
    if (this.route.page === "mail") return `Mail · ${town}`;
    return this.route.bead ?? this.route.agent ?? town;
  }

  protected override render(): TemplateResult {
    const session = this.#client.session.value;
    if (session.phase === "signed_out")
      return html`<gastown-sign-in .api=${this.#client.api}></gastown-sign-in>`;
    if (session.phase === "failed") {
      return html`<div class="whole">${errorNotice(session.error, () => this.#client.retry())}</div>`;
    }
    const { route } = this;
    const onAgent = route.page === "town" ? "" : "agent";
    return html`
      <div class="shell" data-view=${this.view} data-page=${route.page}>
        <gastown-header
          .filter=${this.filter}
          .page=${route.page}
          @gastown-filter=${(event: CustomEvent<string>) => {
            this.filter = event.detail;
          }}
          @gastown-focus-column=${this.#focusColumn}
          @gastown-help=${() => this.#help()}
        ></gastown-header>
        <gastown-status></gastown-status>
        ${this.#page(route)}
        <aside class="rail ${onAgent}" aria-label="Agents and activity">
          <section class="panel agents-panel" aria-labelledby="agents-title">
            <h2 id="agents-title">${icon("agents")}Agents</h2>
            <gastown-agents .selected=${route.agent}></gastown-agents>
          </section>
          <section class="panel feed-panel" aria-labelledby="feed-title">
            <h2 id="feed-title">${icon("feed")}${route.agent === undefined ? "Activity" : `Activity of ${route.agent}`}</h2>
            <gastown-feed .agent=${route.agent}></gastown-feed>
          </section>
        </aside>
        ${
          route.page === "town"
            ? html`<gastown-dock .open=${this.dockOpen} @gastown-dock-toggle=${() => this.#toggleDock()}></gastown-dock>`
            : nothing
        }
        ${this.#tabs()}
      </div>
      <gastown-drawer .bead=${route.bead} @gastown-close=${() => this.#go(withoutBead(route))}></gastown-drawer>
      <gastown-help></gastown-help>
    `;
  }

  #page(route: Route): TemplateResult {
    if (route.page === "agent") return this.#agentPage(route);
    return route.page === "mail" ? this.#mailPage(route) : this.#townPage(route);
  }

  #mailPage(route: Route): TemplateResult {
    return html`
      <main class="agent" aria-label="Mail"><gastown-mail .message=${route.message}></gastown-mail></main>
    `;
  }

  #townPage(route: Route): TemplateResult {
    return html`
      <main aria-label="Board">
        <gastown-convoys></gastown-convoys>
        <gastown-board .filter=${this.filter} .selected=${route.bead ?? this.marked}></gastown-board>
      </main>
    `;
  }

  #agentPage(route: Route): TemplateResult {
    return html`
      <main class="agent" aria-label="Agent ${route.agent}">
        <gastown-agent-page
          .agent=${route.agent ?? ""}
          .run=${route.run}
          @gastown-close=${() => this.#go({ page: "town" })}
        ></gastown-agent-page>
      </main>
    `;
  }

  #tabs(): TemplateResult {
    const { page } = this.route;
    const current = page === "town" ? this.view : page === "mail" ? "mail" : "agents";
    return html`
      <nav class="tabs" aria-label="Views">
        ${VIEWS.map(
          ({ view, icon: name, label }) => html`
            <button aria-current=${view === current ? "page" : "false"} @click=${() => this.#show(view)}>
              ${icon(name)}${label}
            </button>
          `,
        )}
      </nav>
    `;
  }

  #show(view: View): void {
    if (view !== "mail") this.view = view;
    this.#go({ page: view === "mail" ? "mail" : "town" });
  }

  #go(route: Route): void {
    location.hash = formatRoute(route);
  }

  #help(): void {
    this.renderRoot.querySelector("gastown-help")?.show();
  }

  #toggleDock(): void {
    this.dockOpen = !this.dockOpen;
    localStorage.setItem("gastown.dock", this.dockOpen ? "open" : "closed");
  }

  /** What somebody shows to all who watch; who types, or looks at another tab, is left alone. */
  readonly #showOfOthers = (): void => {
    const shown = this.#client.shown.value;
    if (shown === undefined || isTyping() || document.visibilityState !== "visible") return;
    this.marked = shown.action === "highlight_bead" ? shown.id : undefined;
    if (shown.action !== "open_agent") this.view = "board";
    this.#go(routeOf(shown));
    const { marked } = this;
    if (marked === undefined) return;
    void this.updateComplete.then(() => this.renderRoot.querySelector("gastown-board")?.revealBead(marked));
  };

  readonly #focusColumn = (
    event: CustomEvent<Parameters<HTMLElementTagNameMap["gastown-board"]["focusColumn"]>[0]>,
  ) => {
    this.#show("board");
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector("gastown-board")?.focusColumn(event.detail),
    );
  };

  readonly #openBead = (event: OpenBeadEvent): void => {
    const { page, agent, run } = this.route;
    const onAgent = page === "agent" && agent !== undefined;
    this.#go(
      onAgent
        ? { page, agent, ...(run === undefined ? {} : { run }), bead: event.bead }
        : { page: "town", bead: event.bead },
    );
  };

  readonly #openAgent = (event: OpenAgentEvent): void => {
    this.#go({ page: "agent", agent: event.agent, ...(event.run === undefined ? {} : { run: event.run }) });
  };

  readonly #openMail = (event: OpenMailEvent): void => {
    this.#go({ page: "mail", ...(event.message === undefined ? {} : { message: event.message }) });
  };

  readonly #routeChanged = (): void => {
    this.route = parseRoute(location.hash);
    if (this.route.bead !== undefined) this.marked = undefined;
  };

  readonly #retry = (): void => {
    if (document.visibilityState === "visible") this.#client.retry();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0];
    const typing = target instanceof HTMLElement && target.matches("input, textarea, select");
    if (typing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "/") this.renderRoot.querySelector("gastown-header")?.focusFilter();
    else if (event.key === "m") this.#go({ page: "mail" });
    else if (event.key === "t" && this.route.page === "town") this.#toggleDock();
    else if (event.key === "?") this.#help();
    else return;
    event.preventDefault();
  };
}

function withoutBead({ page, agent, run }: Route): Route {
  if (page !== "agent" || agent === undefined) return { page: "town" };
  return { page, agent, ...(run === undefined ? {} : { run }) };
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-app": GastownApp;
  }
}
