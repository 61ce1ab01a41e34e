import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ConvoyView } from "../../../runtime/gateway/contract/views.ts";
import { derive, type Readable } from "../../client/signal.ts";
import type { TownClient } from "../../client/town-client.ts";
import { baseStyles } from "../shared/base-styles.ts";
import { OpenBeadEvent } from "../shared/events.ts";
import { icon } from "../shared/icons.ts";
import { word } from "../shared/stable.ts";
import { beadState, type StateWords } from "../shared/state-words.ts";
import { TownElement } from "../shared/town-element.ts";
import { convoysStyles } from "./convoys.styles.ts";

/** With more beads than this a convoy's bar shows a share rather than one part for each. */
const MAX_SEGMENTS = 32;

/**
 * @summary Convoys and how much of each is merged: one part of the bar for each bead, in the colour of its state.
 *
 * @fires gastown-open-bead - A bead of a convoy was chosen.
 *
 * @csspart convoy - One convoy.
 *
 * @cssproperty --gastown-done - Colour of what is merged. So for every colour in `shared/tokens.ts`.
 */
export class GastownConvoys extends TownElement {
  static override styles = [baseStyles, convoysStyles];

  #sorted: Readable<readonly ConvoyView[]> | undefined;

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    let order: readonly string[] = [];
    this.#sorted = derive([client.store.convoys], convoys => {
      const sorted = keepPlaces(order, sortConvoys(convoys));
      order = sorted.map(convoy => convoy.id);
      return sorted;
    });
    return [this.#sorted];
  }

  protected override render(): TemplateResult {
    const session = this.client?.session.value;
    if (session === undefined || session.phase === "starting") {
      return html`<div class="skeleton" style="height: 100%" aria-busy="true" aria-label="Loading convoys"></div>`;
    }
    if (session.phase !== "ready")
      return html`<div class="none" role="alert">Convoys are not available.</div>`;
    const convoys = this.#sorted?.value ?? [];
    if (convoys.length === 0) {
      return html`
        <div class="none">
          ${icon("convoy")}<span>No convoys. A convoy is a set of beads that lands together.</span>
          <gastown-command command='gt convoy create "Title" <bead> <bead>'></gastown-command>
        </div>
      `;
    }
    return html`
      <ul class="list" aria-label="Convoys" tabindex="-1">
        ${repeat(
          convoys,
          convoy => convoy.id,
          convoy => this.#convoy(convoy),
        )}
      </ul>
    `;
  }

  #convoy(convoy: ConvoyView): TemplateResult {
    const words = convoyState(convoy);
    return html`
      <li class="convoy tone-${words.tone}" part="convoy" data-convoy=${convoy.id} data-state=${convoy.state}>
        <div class="head">
          ${icon(words.icon)}
          <h2 class="ellipsis" title=${convoy.title}>${convoy.title}</h2>
          <span class="pill" title=${whyStranded(convoy)}>${word(words.word)}</span>
          <span class="figure">
            ${convoy.failed > 0 ? html`<span class="failed">${convoy.failed} failed ·</span>` : ""}
            ${convoy.unmerged > 0 ? `${convoy.unmerged} closed · ` : ""}${word(`${convoy.merged} of ${convoy.total} merged`)}
          </span>
        </div>
        ${convoy.beads.length <= MAX_SEGMENTS ? this.#segments(convoy) : share(convoy)}
      </li>
    `;
  }

  #segments(convoy: ConvoyView): TemplateResult {
    return html`
      <div class="bar" role="group" aria-label="Beads of ${convoy.title}">
        ${repeat(
          convoy.beads,
          bead => bead.id,
          bead => {
            const state = beadState(bead.status);
            const label = `${bead.id}, ${bead.title}: ${state.word}`;
            return html`<button
              class="segment tone-${state.tone} ${segmentClass(bead.status)}"
              title=${label}
              aria-label=${label}
              @click=${() => this.dispatchEvent(new OpenBeadEvent(bead.id))}
            ></button>`;
          },
        )}
      </div>
    `;
  }
}

function share(convoy: ConvoyView): TemplateResult {
  return html`<div class="bar">
    <progress max=${convoy.total} value=${convoy.merged + convoy.unmerged} aria-label="${convoy.merged} of ${convoy.total} merged"></progress>
  </div>`;
}

function segmentClass(status: string): string {
  if (status === "closed") return "merged";
  if (status === "failed") return "failed";
  return status === "hooked" || status === "in_progress" || status === "in_review" ? "part" : "";
}

function convoyState(convoy: ConvoyView): StateWords {
  switch (convoy.state) {
    case "landed":
      return { tone: "done", icon: "done", word: "Landed" };
    case "failed":
      return { tone: "failed", icon: "failed", word: "Failed" };
    case "staged":
      return { tone: "ready", icon: "wait", word: "Staged" };
    case "stranded":
      return { tone: "warn", icon: "blocked", word: "Stranded" };
    case "closed":
      return { tone: "ready", icon: "idle", word: "Given up" };
    case "open":
      return { tone: "progress", icon: "convoy", word: "Under way" };
  }
}

function whyStranded({ stranded }: ConvoyView): string {
  return stranded.map(({ bead, reason }) => `${bead} ${reason}`).join("\n");
}

function isOver({ state }: ConvoyView): boolean {
  return state === "landed" || state === "closed";
}

/** Those that are under way or failed first, then the landed, newest first. */
function sortConvoys(convoys: ReadonlyMap<string, ConvoyView>): readonly ConvoyView[] {
  const landed = (convoy: ConvoyView) => convoy.landed_at ?? "";
  return [...convoys.values()].sort(
    (a, b) =>
      Number(isOver(a)) - Number(isOver(b)) || landed(b).localeCompare(landed(a)) || a.id.localeCompare(b.id),
  );
}

/** The same convoys with those shown before in their old places: one that lands does not jump away. */
function keepPlaces(before: readonly string[], convoys: readonly ConvoyView[]): readonly ConvoyView[] {
  const place = new Map(before.map((id, index) => [id, index]));
  return [...convoys].sort((a, b) => (place.get(a.id) ?? before.length) - (place.get(b.id) ?? before.length));
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-convoys": GastownConvoys;
  }
}
