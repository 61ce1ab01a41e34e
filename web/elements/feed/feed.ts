import { html, type PropertyDeclarations, type TemplateResult } from "lit";
import type { FeedEvent } from "../../../runtime/gateway/contract/views.ts";
import { derive, type Readable } from "../../client/signal.ts";
import type { TownClient } from "../../client/town-client.ts";
import { baseStyles } from "../shared/base-styles.ts";
import { Clock } from "../shared/clock.ts";
import { OpenAgentEvent, OpenBeadEvent } from "../shared/events.ts";
import { icon } from "../shared/icons.ts";
import { errorNotice, notice, noticeStyles } from "../shared/notice.ts";
import { ageOf } from "../shared/stable.ts";
import { feedMark } from "../shared/state-words.ts";
import { TownElement } from "../shared/town-element.ts";
import { virtualRowsStyles } from "../shared/virtual-rows.styles.ts";
import { VirtualRows } from "../shared/virtual-rows.ts";
import { feedStyles } from "./feed.styles.ts";
import { linkedText } from "./linked-text.ts";

const LINE_HEIGHT = 46;

/**
 * @summary What happened in the town, newest first. Scrolled down, it stays where it is and says how much is new.
 *
 * @attr bead - Shows only lines about this bead.
 * @attr agent - Shows only lines about this agent.
 *
 * @fires gastown-open-bead - A bead in a line was chosen.
 * @fires gastown-open-agent - An agent in a line was chosen.
 *
 * @csspart line - One line.
 * @csspart notice - What is shown when there is nothing to show.
 *
 * @cssproperty --gastown-line - Colour of the rules between lines. So for every colour in `shared/tokens.ts`.
 */
export class GastownFeed extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    bead: { type: String },
    agent: { type: String },
  };
  static override styles = [baseStyles, noticeStyles, virtualRowsStyles, feedStyles];

  declare bead: string | undefined;
  declare agent: string | undefined;

  readonly #clock = new Clock(this, 1_000);
  readonly #rows = new VirtualRows<FeedEvent>(this);
  #newestFirst: Readable<readonly FeedEvent[]> | undefined;
  #seenSeq = 0;
  #unseen = 0;
  #added = 0;

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    this.#newestFirst = derive([client.store.feed], feed => [...feed].reverse());
    return [this.#newestFirst];
  }

  protected override willUpdate(): void {
    const newest = this.#lines();
    const fresh = newest.findIndex(event => event.seq <= this.#seenSeq);
    this.#added = this.#seenSeq === 0 ? 0 : fresh === -1 ? newest.length : fresh;
    this.#unseen = this.#rows.atTop ? 0 : this.#unseen + this.#added;
    this.#seenSeq = newest[0]?.seq ?? this.#seenSeq;
  }

  protected override updated(): void {
    if (this.#added > 0) this.#rows.addedAbove(this.#added);
  }

  protected override render(): TemplateResult {
    const { client } = this;
    const session = client?.session.value;
    if (client === undefined || session === undefined || session.phase === "starting") {
      return html`<div aria-busy="true" aria-label="Loading activity">
        ${[1, 2, 3].map(() => html`<div class="placeholder skeleton"></div>`)}
      </div>`;
    }
    if (session.phase === "failed") return errorNotice(session.error, () => client.retry());
    if (session.phase === "signed_out")
      return notice({ icon: "lock", title: "Not signed in", command: "gt url" });
    const lines = this.#lines();
    if (lines.length === 0) {
      return notice({
        icon: "feed",
        title: "Nothing has happened yet",
        text: "What agents and merges do is told here.",
      });
    }
    return html`
      ${
        this.#unseen === 0
          ? ""
          : html`<button class="button newer" @click=${() => this.#rows.toTop()}>${icon("up")}${this.#unseen} new</button>`
      }
      ${this.#rows.render({
        items: lines,
        key: event => String(event.seq),
        height: LINE_HEIGHT,
        label: "Activity",
        row: event => this.#line(event),
      })}
    `;
  }

  #lines(): readonly FeedEvent[] {
    const all = this.#newestFirst?.value ?? [];
    const { bead, agent } = this;
    if (bead === undefined && agent === undefined) return all;
    return all.filter(
      event => (bead === undefined || event.bead === bead) && (agent === undefined || event.agent === agent),
    );
  }

  #line(event: FeedEvent): TemplateResult {
    const mark = feedMark(event);
    const strong = event.level !== "info";
    return html`
      <div class="line tone-${mark.tone} ${strong ? "strong" : ""}" part="line" data-seq=${event.seq} title=${event.text}>
        ${icon(mark.icon)}
        <span class="text"><span class="sr-only">${mark.word}: </span>${linkedText(event.text, event).map(part => this.#part(part, event))}</span>
        ${ageOf(event.at, this.#clock.now)}
      </div>
    `;
  }

  #part(
    part: { readonly text: string; readonly link?: "bead" | "agent" },
    event: FeedEvent,
  ): TemplateResult | string {
    const { bead, agent } = event;
    if (part.link === "bead" && bead !== undefined) {
      return html`<button class="link" @click=${() => this.dispatchEvent(new OpenBeadEvent(bead))}>${part.text}</button>`;
    }
    if (part.link === "agent" && agent !== undefined) {
      return html`<button class="link" @click=${() => this.dispatchEvent(new OpenAgentEvent(agent))}>${part.text}</button>`;
    }
    return part.text;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-feed": GastownFeed;
  }
}
