import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { MergeRequestView } from "../../../runtime/gateway/contract/views.ts";
import { BOARD_COLUMNS, type Board, type BoardCard, type BoardColumn, boardOf } from "../../client/board.ts";
import { derive, type Readable, Signal } from "../../client/signal.ts";
import type { TownClient } from "../../client/town-client.ts";
import { baseStyles } from "../shared/base-styles.ts";
import { Clock } from "../shared/clock.ts";
import { OpenBeadEvent } from "../shared/events.ts";
import { icon } from "../shared/icons.ts";
import { errorNotice, notice, noticeStyles } from "../shared/notice.ts";
import { beadState, type Tone } from "../shared/state-words.ts";
import { TownElement } from "../shared/town-element.ts";
import { virtualRowsStyles } from "../shared/virtual-rows.styles.ts";
import { VirtualRows } from "../shared/virtual-rows.ts";
import { boardStyles } from "./board.styles.ts";
import { CARD_HEIGHT, cardTemplate } from "./card.ts";

const COLUMNS: Readonly<Record<BoardColumn, { title: string; tone: Tone; empty: string }>> = {
  open: { title: "Open", tone: "ready", empty: "Nothing waits to be started" },
  hooked: { title: "Hooked", tone: "hooked", empty: "Slung beads wait here for their agent" },
  in_progress: { title: "In progress", tone: "progress", empty: "No agent is at work" },
  in_review: { title: "In review", tone: "review", empty: "Nothing to test and merge" },
  done: { title: "Done", tone: "done", empty: "Merged work ends up here" },
};

/**
 * @summary Beads by state, live: open, hooked, in progress, in review, done. Arrow keys move between cards, Enter opens one.
 *
 * @attr filter - Words that a bead's id, title, labels or assignee must contain.
 * @attr selected - Id of the bead to be marked as open elsewhere.
 *
 * @fires gastown-open-bead - A card was chosen; `event.bead` is the id.
 *
 * @csspart column - One column.
 * @csspart card - One card.
 * @csspart notice - What is shown when there is nothing to show.
 *
 * @cssproperty --gastown-surface - Background of the cards. So for every colour in `shared/tokens.ts`.
 */
export class GastownBoard extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    filter: { type: String },
    selected: { type: String },
    active: { state: true },
  };
  static override styles = [baseStyles, noticeStyles, virtualRowsStyles, boardStyles];

  declare filter: string;
  declare selected: string | undefined;
  /** The card that has, or last had, the focus. */
  declare active: string | undefined;

  readonly #clock = new Clock(this, 5_000);
  readonly #filter = new Signal("");
  readonly #rows = new Map(BOARD_COLUMNS.map(name => [name, new VirtualRows<BoardCard>(this)]));
  #board: Readable<Board> | undefined;
  #requests: Readable<ReadonlyMap<string, MergeRequestView>> | undefined;

  constructor() {
    super();
    this.filter = "";
  }

  /** Moves the focus to the first card of a column. */
  focusColumn(column: BoardColumn): void {
    const first = this.#board?.value[column][0];
    if (first !== undefined) this.#focusCard(column, 0, first.bead.id);
  }

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    const { beads, mergeRequests, counts, rigs } = client.store;
    this.#board = derive([beads, this.#filter], boardOf);
    this.#requests = derive([mergeRequests], latestByBead);
    return [this.#board, this.#requests, counts, rigs];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("filter")) this.#filter.set(this.filter);
  }

  protected override render(): TemplateResult {
    const { client } = this;
    const session = client?.session.value;
    if (client === undefined || session === undefined || session.phase === "starting")
      return this.#skeleton();
    if (session.phase === "failed") return errorNotice(session.error, () => client.retry());
    if (session.phase === "signed_out") {
      return notice({
        icon: "lock",
        title: "Not signed in",
        text: "Open the address that this prints:",
        command: "gt url",
      });
    }
    const board = this.#board?.value;
    if (board === undefined) return this.#skeleton();
    if (client.store.beads.value.size === 0) return this.#empty(client);
    const firstId = this.#tabStop(board);
    return html`
      <div class="columns" role="group" aria-label="Beads by state" @keydown=${this.#onKey}>
        ${BOARD_COLUMNS.map(name => this.#column(name, board[name], firstId))}
      </div>
    `;
  }

  #column(name: BoardColumn, cards: readonly BoardCard[], tabStop: string | undefined): TemplateResult {
    const { title, tone, empty } = COLUMNS[name];
    const requests = this.#requests?.value;
    const glyph = beadState(name === "done" ? "closed" : name).icon;
    const keep = cards.findIndex(card => card.bead.id === this.active);
    return html`
      <section class="column tone-${tone}" part="column" data-column=${name} aria-labelledby="title-${name}">
        <header>
          ${icon(glyph)}
          <h2 id="title-${name}">${title}</h2>
          <span class="count">${this.#total(name, cards)}</span>
          ${columnNote(name, cards)}
        </header>
        <div class="body">
          ${
            cards.length === 0
              ? html`<p class="blank">${this.filter === "" ? empty : "Nothing matches the filter"}</p>`
              : this.#rows.get(name)?.render({
                  items: cards,
                  key: card => card.bead.id,
                  height: CARD_HEIGHT,
                  label: title,
                  keep: keep === -1 ? undefined : keep,
                  row: card =>
                    cardTemplate({
                      card,
                      request: requests?.get(card.bead.id),
                      now: this.#clock.now,
                      focusable: card.bead.id === tabStop,
                      selected: card.bead.id === this.selected,
                      onOpen: () => this.dispatchEvent(new OpenBeadEvent(card.bead.id)),
                      onFocus: () => {
                        this.active = card.bead.id;
                      },
                    }),
                })
          }
        </div>
      </section>
    `;
  }

  /** Beads in a column: of the done, more exist than are loaded. */
  #total(name: BoardColumn, cards: readonly BoardCard[]): number {
    if (name !== "done" || this.filter !== "") return cards.length;
    const counts = this.client?.store.counts.value ?? {};
    return Math.max(cards.length, (counts.closed ?? 0) + (counts.failed ?? 0));
  }

  /** The one card that Tab reaches. */
  #tabStop(board: Board): string | undefined {
    let first: string | undefined;
    for (const name of BOARD_COLUMNS) {
      for (const { bead } of board[name]) {
        first ??= bead.id;
        if (bead.id === this.active) return bead.id;
      }
    }
    return first;
  }

  #empty(client: TownClient): TemplateResult {
    const [rig] = client.store.rigs.value.values();
    if (rig === undefined) {
      return notice({
        icon: "board",
        title: "No repository yet",
        text: "Add one as a rig; its beads appear here.",
        command: "gt rig add <name> <git-url> --prefix <prefix>",
      });
    }
    return notice({
      icon: "board",
      title: "No beads yet",
      text: "File one, then put an agent to work on it with gt sling.",
      command: `gt bead create "What is to be done" --rig ${rig.name}`,
    });
  }

  #skeleton(): TemplateResult {
    return html`
      <div class="columns" aria-busy="true" aria-label="Loading beads">
        ${BOARD_COLUMNS.map(
          name => html`
            <section class="column tone-${COLUMNS[name].tone}">
              <header>${icon(beadState(name === "done" ? "closed" : name).icon)}<h2>${COLUMNS[name].title}</h2></header>
              <div class="body"><div class="placeholder skeleton"></div></div>
            </section>
          `,
        )}
      </div>
    `;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const board = this.#board?.value;
    if (board === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const column = BOARD_COLUMNS.find(name => board[name].some(card => card.bead.id === this.active));
    if (column === undefined) return;
    const index = board[column].findIndex(card => card.bead.id === this.active);
    const target = neighbour(board, column, index, event.key);
    if (target === undefined) return;
    event.preventDefault();
    const card = board[target.column][target.index];
    if (card !== undefined) this.#focusCard(target.column, target.index, card.bead.id);
  };

  /** Scrolls to the card of a bead, and leaves the focus where it is. */
  revealBead(id: string): void {
    const board = this.#board?.value;
    const column = board && BOARD_COLUMNS.find(name => board[name].some(card => card.bead.id === id));
    if (board === undefined || column === undefined) return;
    this.#rows.get(column)?.reveal(board[column].findIndex(card => card.bead.id === id));
    void this.updateComplete.then(() =>
      this.renderRoot
        .querySelector(`[data-bead="${CSS.escape(id)}"]`)
        ?.scrollIntoView({ block: "nearest", inline: "nearest" }),
    );
  }

  #focusCard(column: BoardColumn, index: number, id: string): void {
    this.active = id;
    this.#rows.get(column)?.reveal(index);
    void this.updateComplete.then(() => {
      const card = this.renderRoot.querySelector<HTMLElement>(`[data-bead="${CSS.escape(id)}"]`);
      card?.focus({ preventScroll: true });
      card?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }
}

/** Where an arrow key leads from a card; undefined when it leads nowhere. */
export function neighbour(
  board: Board,
  column: BoardColumn,
  index: number,
  key: string,
): { readonly column: BoardColumn; readonly index: number } | undefined {
  const last = board[column].length - 1;
  if (key === "ArrowDown") return index < last ? { column, index: index + 1 } : undefined;
  if (key === "ArrowUp") return index > 0 ? { column, index: index - 1 } : undefined;
  if (key === "Home") return { column, index: 0 };
  if (key === "End") return { column, index: last };
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return undefined;
  for (let at = BOARD_COLUMNS.indexOf(column) + step; at >= 0 && at < BOARD_COLUMNS.length; at += step) {
    const name = BOARD_COLUMNS[at];
    if (name !== undefined && board[name].length > 0) {
      return { column: name, index: Math.min(index, board[name].length - 1) };
    }
  }
  return undefined;
}

function columnNote(name: BoardColumn, cards: readonly BoardCard[]): TemplateResult | typeof nothing {
  if (name === "open") {
    const waiting = cards.filter(card => card.blockedBy.length > 0).length;
    return waiting === 0 ? nothing : html`<span class="note">${waiting} blocked</span>`;
  }
  if (name === "done") {
    const failed = cards.filter(card => card.bead.status === "failed").length;
    return failed === 0 ? nothing : html`<span class="note bad">${failed} failed</span>`;
  }
  return nothing;
}

/** The newest merge request of each bead. */
function latestByBead(
  requests: ReadonlyMap<string, MergeRequestView>,
): ReadonlyMap<string, MergeRequestView> {
  const latest = new Map<string, MergeRequestView>();
  for (const request of requests.values()) {
    const known = latest.get(request.bead);
    if (known === undefined || known.created_at <= request.created_at) latest.set(request.bead, request);
  }
  return latest;
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-board": GastownBoard;
  }
}
