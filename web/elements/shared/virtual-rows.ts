/**
 * A list of rows of one fixed height, of which only those in view are in the document. Rows are placed by
 * `transform`, so that one that comes, goes or moves shifts no other element of the page.
 */
import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { createRef, type Ref, ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";

/** Rows kept beyond each edge of the view. */
const OVERSCAN = 6;

export interface RowsOptions<T> {
  readonly items: readonly T[];
  readonly key: (item: T) => string;
  /** The row; `index` counts from 0. */
  readonly row: (item: T, index: number) => TemplateResult;
  /** Height of a row with its gap, in pixels. */
  readonly height: number;
  /** Accessible name of the list. */
  readonly label: string;
  /** Index of a row that stays in the document although it is out of view: the one with the focus. */
  readonly keep?: number | undefined;
}

/** The rows to be in the document: indices from `first` up to and without `last`. */
export function windowOf(
  scrollTop: number,
  viewport: number,
  height: number,
  count: number,
): { readonly first: number; readonly last: number } {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / height)) - OVERSCAN);
  const last = Math.min(count, Math.ceil((scrollTop + viewport) / height) + OVERSCAN);
  return { first, last };
}

/** One scrolling list of an element. */
export class VirtualRows<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #scroller: Ref<HTMLElement> = createRef();
  readonly #observer: ResizeObserver;
  #observed: Element | undefined;
  #viewport = 1_000;
  #scrollTop = 0;
  #height = 1;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.#observer = new ResizeObserver(entries => {
      const height = entries[0]?.contentRect.height ?? 0;
      if (height === this.#viewport) return;
      this.#viewport = height;
      this.#host.requestUpdate();
    });
    host.addController(this);
  }

  hostUpdated(): void {
    const element = this.#scroller.value;
    if (element === this.#observed) return;
    this.#observer.disconnect();
    this.#observed = element;
    if (element !== undefined) this.#observer.observe(element);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
    this.#observed = undefined;
  }

  /** Scrolls a row into view. */
  reveal(index: number): void {
    const scroller = this.#scroller.value;
    if (scroller === undefined) return;
    const top = index * this.#height;
    const bottom = top + this.#height;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = bottom - scroller.clientHeight;
  }

  /** Keeps the view on the rows that it is on when `count` rows were added above them; stays at the top when there. */
  addedAbove(count: number): void {
    const scroller = this.#scroller.value;
    if (scroller !== undefined && scroller.scrollTop > this.#height / 2)
      scroller.scrollTop += count * this.#height;
  }

  /** Back to the first row. */
  toTop(): void {
    this.#scroller.value?.scrollTo({ top: 0 });
  }

  /** True when the first row is in view. */
  get atTop(): boolean {
    return this.#scrollTop < this.#height / 2;
  }

  render(options: RowsOptions<T>): TemplateResult {
    const { items, key, row, height, label, keep } = options;
    this.#height = height;
    const { first, last } = windowOf(this.#scrollTop, this.#viewport, height, items.length);
    const shown: { readonly item: T; readonly index: number }[] = [];
    for (let index = first; index < last; index += 1) {
      const item = items[index];
      if (item !== undefined) shown.push({ item, index });
    }
    const kept = keep === undefined || (keep >= first && keep < last) ? undefined : items[keep];
    if (kept !== undefined && keep !== undefined) {
      // In its place: a row that is moved in the document loses the focus.
      if (keep < first) shown.unshift({ item: kept, index: keep });
      else shown.push({ item: kept, index: keep });
    }
    return html`
      <div class="rows-scroller" tabindex="-1" ${ref(this.#scroller)} @scroll=${this.#onScroll}>
        <ul class="rows" aria-label=${label} style=${styleMap({ height: `${items.length * height}px` })}>
          ${repeat(
            shown,
            ({ item }) => key(item),
            ({ item, index }) => html`
              <li
                class="row"
                aria-setsize=${items.length}
                aria-posinset=${index + 1}
                style=${styleMap({ transform: `translateY(${index * height}px)` })}
              >
                ${row(item, index)}
              </li>
            `,
          )}
        </ul>
      </div>
    `;
  }

  readonly #onScroll = (event: Event): void => {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    const before = windowOf(this.#scrollTop, this.#viewport, this.#height, Number.MAX_SAFE_INTEGER);
    const wasAtTop = this.atTop;
    this.#scrollTop = event.currentTarget.scrollTop;
    const after = windowOf(this.#scrollTop, this.#viewport, this.#height, Number.MAX_SAFE_INTEGER);
    if (before.first !== after.first || before.last !== after.last || wasAtTop !== this.atTop) {
      this.#host.requestUpdate();
    }
  };
}
