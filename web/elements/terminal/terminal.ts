import xtermCss from "@xterm/xterm/css/xterm.css?inline";
import {
  html,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
  unsafeCSS,
} from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { Readable } from "../../client/signal.ts";
import type { TownClient } from "../../client/town-client.ts";
import { baseStyles } from "../shared/base-styles.ts";
import { agentName } from "../shared/format.ts";
import { type IconName, icon } from "../shared/icons.ts";
import { errorNotice, notice, noticeStyles } from "../shared/notice.ts";
import { agentState, type Tone } from "../shared/state-words.ts";
import { TownElement } from "../shared/town-element.ts";
import { terminalStyles } from "./terminal.styles.ts";
import type { TerminalSession } from "./terminal-session.ts";
import { CONNECTING, type TerminalState } from "./terminal-state.ts";
import { TERMINAL_THEMES } from "./theme.ts";

/**
 * @summary The terminal of an agent: live while it runs, its recording afterwards. One viewer at a time is primary and
 * types; the others read along. A reload or a lost connection brings the whole screen back, nothing lost or doubled.
 * Shift+Escape leaves a terminal that has the keyboard.
 *
 * @attr agent - Id of the agent, `<rig>/<name>`.
 * @attr run - A certain run of it. Default: the latest.
 * @attr readonly - Never types and never sizes.
 * @attr bare - Leaves the title bar out.
 * @attr font-size - In CSS pixels, 12.5 by default; smaller letters are used when the columns would not fit.
 * @attr min-cols - A narrower screen than this is not asked for; 80 by default.
 *
 * @slot title - Replaces the agent's name and work in the title bar.
 * @slot actions - Buttons at the end of the title bar.
 *
 * @fires gastown-terminal-state - What the viewer knows changed; `event.detail` is a TerminalState.
 *
 * @csspart title - The title bar.
 * @csspart screen - The box around the screen.
 * @csspart notice - What is shown when there is nothing to show.
 *
 * @cssproperty --gastown-mono - Font of the screen; the page must have loaded it.
 */
export class GastownTerminal extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    agent: { type: String },
    run: { type: String },
    readonly: { type: Boolean },
    bare: { type: Boolean, reflect: true },
    fontSize: { type: Number, attribute: "font-size" },
    minCols: { type: Number, attribute: "min-cols" },
    state: { state: true },
  };
  static override styles = [baseStyles, noticeStyles, unsafeCSS(xtermCss), terminalStyles];

  declare agent: string;
  declare run: string | undefined;
  declare readonly: boolean;
  declare bare: boolean;
  declare fontSize: number;
  declare minCols: number;
  declare state: TerminalState;

  #session: TerminalSession | undefined;
  /** What the session was opened for; a different value means that another one is due. */
  #openedFor: string | undefined;
  /** The run that was the latest then; another one is due when that one has ended. */
  #openedRun: string | undefined;

  constructor() {
    super();
    this.agent = "";
    this.readonly = false;
    this.bare = false;
    this.fontSize = 12.5;
    this.minCols = 80;
    this.state = CONNECTING;
  }

  /** The text of screen and scrollback; empty before the first snapshot. */
  get text(): string {
    return this.#session?.text ?? "";
  }

  /** Asks to be the viewer that types and sizes. */
  take(): void {
    this.#session?.take();
  }

  /** Gives the keyboard to the terminal. */
  override focus(): void {
    this.#session?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    return [client.store.agents];
  }

  protected override clientReady(): void {
    this.#close();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const key = JSON.stringify([this.agent, this.run, this.readonly, this.fontSize, this.minCols]);
    const latest = this.#latestRun();
    if (this.#openedFor !== key || (this.#openedRun !== latest && !this.state.live)) this.#close();
    if (this.#openedFor === undefined && this.agent !== "" && this.client?.session.value.phase === "ready") {
      this.#openedFor = key;
      this.#openedRun = latest;
      void this.#open(this.client, key).catch(this.#failed);
    }
    if (changed.has("state")) {
      this.dispatchEvent(new CustomEvent("gastown-terminal-state", { detail: this.state }));
    }
  }

  /** Names the run that the agent is in; changes when a new one starts, and when its terminal can be expected. */
  #latestRun(): string | undefined {
    const agent = this.client?.store.agents.value.get(this.agent);
    if (this.run !== undefined || agent === undefined) return undefined;
    return `${agent.generation} ${agent.state === "starting"} ${agent.has_terminal}`;
  }

  /** Loads the terminal's code, the first time, and opens the session unless something else is wanted by then. */
  async #open(client: TownClient, key: string): Promise<void> {
    const { TerminalSession } = await import("./terminal-session.ts");
    const frame = this.renderRoot.querySelector<HTMLElement>(".frame");
    if (this.#openedFor !== key || frame === null || !this.isConnected) return;
    this.#session = new TerminalSession({
      client,
      agent: this.agent,
      run: this.run,
      frame,
      fontFamily: getComputedStyle(this).getPropertyValue("--mono"),
      fontSize: this.fontSize,
      minCols: this.minCols,
      theme: TERMINAL_THEMES[this.#scheme()],
      readonly: this.readonly,
      onState: state => {
        this.state = state;
      },
      onLeave: () => frame.focus(),
    });
  }

  readonly #failed = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    this.state = { ...CONNECTING, phase: "refused", refusal: { code: "unavailable", message } };
  };

  #close(): void {
    this.#session?.dispose();
    this.#session = undefined;
    this.#openedFor = undefined;
    this.state = CONNECTING;
  }

  protected override render(): TemplateResult {
    return html`
      <header part="title">
        <slot name="title">${this.#title()}</slot>
        ${this.#control()}
        <slot name="actions"></slot>
      </header>
      <div class="stage" part="screen" role="region" aria-label="Terminal of ${this.agent}">
        <span class="probe" @transitionrun=${this.#followScheme}></span>
        <div class="frame" tabindex="-1"></div>
        ${this.#cover()} ${this.#ribbon()}
      </div>
    `;
  }

  #title(): TemplateResult {
    const agent = this.client?.store.agents.value.get(this.agent);
    const words = agent === undefined ? undefined : agentState(agent);
    const latest = this.run === undefined;
    const bead = latest ? agent?.bead : undefined;
    const text = latest ? (agent?.bead_title ?? words?.word ?? "") : `run ${this.run}`;
    return html`
      <span class="title tone-${latest && words !== undefined ? words.tone : "ready"}">
        ${icon(latest && words !== undefined ? words.icon : "terminal")}
        <b>${agentName(this.agent)}</b>
        ${keyed(bead, bead === undefined ? nothing : html`<span class="mono">${bead}</span>`)}
        ${keyed(text, html`<span class="ellipsis">${text}</span>`)}
      </span>
    `;
  }

  /** Who types. A new state is a new node, so that its width moves nothing. */
  #control(): unknown {
    const { phase, live, primary, ended } = this.state;
    if (phase !== "open") return nothing;
    if (!live) return keyed(ended?.reason, endWords(ended));
    return keyed(`${primary} ${this.readonly}`, this.#controlWords(primary));
  }

  #controlWords(primary: boolean): TemplateResult {
    if (this.readonly) return html`<span class="control">${icon("lock")}Read only</span>`;
    if (primary) {
      return html`<span class="control yours" title="What you type goes to the agent. Shift+Escape leaves the terminal.">
        ${icon("keyboard")}You type
      </span>`;
    }
    return html`<span class="control" title="Another viewer types">
      ${icon("lock")}Read only<button class="button" @click=${() => this.take()}>Take control</button>
    </span>`;
  }

  /** What hides the screen until there is something on it. */
  #cover(): TemplateResult | typeof nothing {
    const { phase, drawn, refusal } = this.state;
    if (phase === "refused") return html`<div class="cover">${this.#refusal(refusal)}</div>`;
    const session = this.client?.session.value;
    if (session?.phase === "failed") {
      return html`<div class="cover">${errorNotice(session.error, () => this.client?.retry())}</div>`;
    }
    if (session?.phase === "signed_out") {
      return html`<div class="cover">${notice({ icon: "lock", title: "Not signed in", command: "gt url" })}</div>`;
    }
    if (this.agent === "") {
      return html`<div class="cover">${notice({ icon: "terminal", title: "No agent chosen" })}</div>`;
    }
    return drawn || phase === "interrupted" ? nothing : html`<div class="cover" aria-busy="true"></div>`;
  }

  #refusal(refusal: TerminalState["refusal"]): TemplateResult {
    if (refusal?.code === "not_found") {
      return notice({
        icon: "terminal",
        title: "Nothing to see yet",
        text: `${agentName(this.agent)} has not run, or its recording is gone. Its terminal opens here when it starts.`,
      });
    }
    return notice({ icon: "failed", title: refusal?.message ?? "The terminal cannot be opened." });
  }

  /** A word about the connection, in the corner of the screen. */
  #ribbon(): TemplateResult | typeof nothing {
    const { phase, size } = this.state;
    const say = (tone: Tone, text: string) =>
      html`<div class="ribbon tone-${tone}" role="status">${icon("wait")}${text}</div>`;
    if (phase === "interrupted" && size === undefined) return say("ready", "Waiting for the terminal");
    if (phase === "interrupted") return say("warn", "Connection lost; the screen comes back by itself");
    return nothing;
  }

  #scheme(): "dark" | "light" {
    const probe = this.renderRoot.querySelector(".probe");
    return probe !== null && getComputedStyle(probe).color === "rgb(255, 255, 255)" ? "light" : "dark";
  }

  /** The probe's colour depends on the colour scheme in force, so its transition tells of every change of it. */
  readonly #followScheme = (): void => {
    requestAnimationFrame(() => this.#session?.setTheme(TERMINAL_THEMES[this.#scheme()]));
  };
}

/** How the run ended, whose recording is on the screen. */
function endWords(ended: TerminalState["ended"]): TemplateResult {
  const { code = null, reason = "" } = ended ?? {};
  const why = reason === "" && code !== null ? `exit code ${code}` : reason;
  const text = why === "" ? "Ended" : `Ended: ${why}`;
  const [tone, name]: [Tone, IconName] =
    code === null ? ["ready", "idle"] : code === 0 ? ["done", "done"] : ["failed", "failed"];
  return html`<span class="control end tone-${tone}" title="${text}. You read the recording of the run.">
    ${icon(name)}<span class="ellipsis">${text}</span>
  </span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-terminal": GastownTerminal;
  }
  interface HTMLElementEventMap {
    "gastown-terminal-state": CustomEvent<TerminalState>;
  }
}
