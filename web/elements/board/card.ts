/** One card of the board. */
import { html, nothing, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";
import type { MergeRequestView } from "../../../runtime/gateway/contract/views.ts";
import type { BoardCard } from "../../client/board.ts";
import { agentName } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { ageOf, word } from "../shared/stable.ts";
import { beadState, mergeState, type StateWords } from "../shared/state-words.ts";

export interface CardOptions {
  readonly card: BoardCard;
  /** The bead's latest merge request. */
  readonly request: MergeRequestView | undefined;
  readonly now: number;
  readonly focusable: boolean;
  readonly selected: boolean;
  readonly onOpen: () => void;
  readonly onFocus: () => void;
}

/** Height of a card with the gap below it, in pixels. */
export const CARD_HEIGHT = 108;

export function cardTemplate(options: CardOptions): TemplateResult {
  const { card, request, now, focusable, selected, onOpen, onFocus } = options;
  const { bead } = card;
  const state = cardState(card, request);
  const who = bead.assignee === undefined ? undefined : agentName(bead.assignee);
  const since = bead.closed_at ?? bead.updated_at;
  return html`
    <button
      class="card tone-${state.tone}"
      part="card"
      data-bead=${bead.id}
      data-status=${bead.status}
      tabindex=${focusable ? 0 : -1}
      aria-current=${selected ? "true" : nothing}
      aria-label="${bead.id}, ${bead.title}, ${state.word}${who === undefined ? "" : `, ${who}`}"
      @click=${onOpen}
      @focus=${onFocus}
    >
      <span class="top">
        <span class="id ellipsis">${bead.id}</span>
        <span class="type">${bead.issue_type === "task" ? nothing : bead.issue_type}</span>
        <span class="priority p${bead.priority}" title="Priority ${bead.priority}">P${bead.priority}</span>
      </span>
      <span class="title">${bead.title}</span>
      <span class="foot">
        <span class=${classMap({ working: bead.status === "in_progress" })}>${icon(state.icon)}</span>
        ${who === undefined ? nothing : html`<span class="who ellipsis">${who}</span>`}
        <span class="what ellipsis">${word(state.word)}</span>
        ${ageOf(since, now)}
      </span>
    </button>
  `;
}

/** What the foot of the card says: the bead's state, or more precisely what it waits for. */
export function cardState({ bead, blockedBy }: BoardCard, request: MergeRequestView | undefined): StateWords {
  const state = beadState(bead.status);
  if (bead.status === "open" && blockedBy.length > 0) {
    const [first] = blockedBy;
    const more = blockedBy.length > 1 ? ` +${blockedBy.length - 1}` : "";
    return { ...beadState("blocked"), word: `after ${first}${more}` };
  }
  if (bead.status === "in_review" && request !== undefined) {
    if (request.state === "queued") return { ...mergeState("queued"), word: "queued" };
    if (request.state === "merging") return { ...mergeState("merging"), word: "in test" };
  }
  if (bead.status === "closed" && request?.state === "merged") return { ...state, word: "merged" };
  if (bead.status === "in_progress") return { ...state, word: "working" };
  return { ...state, word: state.word.toLowerCase() };
}
