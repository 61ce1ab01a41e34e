import { css, html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Attention } from "../client/attention.ts";
import type { Readable } from "../client/signal.ts";
import type { TownClient } from "../client/town-client.ts";
import { baseStyles } from "../elements/shared/base-styles.ts";
import { Clock } from "../elements/shared/clock.ts";
import { OpenAgentEvent, OpenBeadEvent } from "../elements/shared/events.ts";
import { age, plural } from "../elements/shared/format.ts";
import { icon } from "../elements/shared/icons.ts";
import { word } from "../elements/shared/stable.ts";
import { TownElement } from "../elements/shared/town-element.ts";
import { attentionFor } from "./attention-view.ts";
import { summaryOf } from "./summary.ts";

/** The line below the top bar: what goes on, and what needs a person. Its height never changes. */
export class GastownStatus extends TownElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: var(--s-4);
        min-width: 0;
        padding: 0 var(--s-4);
        border-bottom: 1px solid var(--line);
        font-size: var(--fs-2);
      }
      :host([data-level="lost"]),
      :host([data-level="warn"]),
      :host([data-level="error"]) {
        background: var(--accent-soft);
      }
      .verdict {
        display: flex;
        align-items: center;
        gap: 7px;
        flex: none;
        min-width: 172px;
        font-weight: 500;
        color: var(--text-2);
      }
      :host([data-level="lost"]) .verdict,
      :host([data-level="warn"]) .verdict,
      :host([data-level="error"]) .verdict {
        color: var(--accent);
        font-weight: 600;
      }
      .items {
        display: flex;
        gap: var(--s-2);
        min-width: 0;
        overflow: auto hidden;
        scrollbar-width: none;
      }
      .item {
        display: flex;
        align-items: center;
        gap: 6px;
        flex: none;
        max-width: 420px;
        height: 26px;
        padding: 0 10px 0 8px;
        border: 1px solid color-mix(in srgb, var(--tone) 40%, var(--line));
        border-radius: 13px;
        background: var(--surface);
        white-space: nowrap;
        text-align: left;
      }
      button.item {
        cursor: pointer;
      }
      button.item:hover {
        background: var(--hover);
      }
      .item svg.icon {
        width: 14px;
        height: 14px;
        color: var(--tone);
      }
      .item b {
        font-weight: 600;
      }
      .item .detail {
        color: var(--text-2);
      }
      /* Never squeezed by the items: it would move. */
      .summary {
        flex: none;
        max-width: 45%;
        margin-left: auto;
        color: var(--text-3);
      }
      @media (max-width: 1500px) {
        :host([data-level="warn"]) .summary,
        :host([data-level="error"]) .summary {
          display: none;
        }
      }
      @media (max-width: 820px) {
        :host {
          padding: 0 var(--s-3);
        }
        .summary {
          flex: 1;
          max-width: none;
          text-align: right;
        }
      }
    `,
  ];

  readonly #clock = new Clock(this, 1_000);
  /** The last line of the feed when the page was loaded. */
  #heardSeq: number | undefined;

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    const { facts, beads, agents, rigs, convoys, mergeRequests, counts, feed } = client.store;
    // What had happened before the page was opened is not news.
    this.#heardSeq = undefined;
    return [
      facts,
      beads,
      agents,
      rigs,
      convoys,
      mergeRequests,
      counts,
      feed,
      client.connection,
      client.fault,
    ];
  }

  protected override willUpdate(): void {
    this.dataset.level = this.#level();
  }

  #level(): string {
    const { client } = this;
    if (client === undefined || client.session.value.phase !== "ready") return "calm";
    if (client.connection.value.phase === "waiting") return "lost";
    const items = attentionFor(client);
    return items.some(item => item.level === "error") ? "error" : items.length > 0 ? "warn" : "calm";
  }

  protected override render(): TemplateResult {
    const { client } = this;
    if (client === undefined || client.session.value.phase !== "ready") {
      return html`<span class="muted" aria-busy="true">Loading the town</span>`;
    }
    const { agents, mergeRequests, counts } = client.store;
    const items = attentionFor(client);
    const connection = client.connection.value;
    const lost =
      connection.phase === "waiting"
        ? `Connection lost ${age(connection.since, this.#clock.now)} ago`
        : undefined;
    const summary =
      lost === undefined
        ? summaryOf(agents.value, mergeRequests.value, counts.value)
        : "What you see may be out of date";
    return html`
      <span class="verdict">
        ${icon(lost === undefined && items.length === 0 ? "check" : "lamp")}
        ${word(lost ?? (items.length === 0 ? "Nothing needs you" : `${plural(items.length, "thing needs", "things need")} you`))}
      </span>
      <div class="items" role="list" aria-label="What needs you">
        ${repeat(
          items,
          item => item.key,
          item => this.#item(item),
        )}
      </div>
      ${word(summary, undefined, "summary ellipsis")}
      <span class="sr-only" role="status">${this.#news(client)}</span>
      ${client.fault.value === undefined ? nothing : html`<span class="sr-only" role="alert">${client.fault.value.message}</span>`}
    `;
  }

  /** The last thing that mattered, for who listens to the page: a merge, a failure, a landing. */
  #news(client: TownClient): string {
    const feed = client.store.feed.value;
    this.#heardSeq ??= feed.at(-1)?.seq ?? 0;
    const heard = this.#heardSeq;
    return feed.findLast(event => event.seq > heard && event.level !== "info")?.text ?? "";
  }

  #item(item: Attention): TemplateResult {
    const content = html`${icon(item.level === "error" ? "failed" : "warn")}<b>${item.text}</b><span class="detail ellipsis">${item.detail}</span>`;
    const { bead, agent } = item;
    const tone = item.level === "error" ? "failed" : "warn";
    if (bead === undefined && agent === undefined) {
      return html`<span role="listitem" class="item tone-${tone}" title=${item.detail}>${content}</span>`;
    }
    const open = () =>
      this.dispatchEvent(bead === undefined ? new OpenAgentEvent(agent ?? "") : new OpenBeadEvent(bead));
    return html`<span role="listitem"><button class="item tone-${tone}" title=${item.detail} @click=${open}>${content}</button></span>`;
  }
}

customElements.define("gastown-status", GastownStatus);
