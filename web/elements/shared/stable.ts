/** Texts that change in place. A new text is a new node, so that no browser counts its new width as a shift of the layout. */
import { html } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { age, moment } from "./format.ts";

/** A word that may be replaced by a longer or shorter one. */
export function word(text: string, title?: string, className = "word"): unknown {
  return keyed(text, html`<span class=${className} title=${title ?? text}>${text}</span>`);
}

/** How long ago `iso` was at `nowMs`, with the instant as tooltip. */
export function ageOf(iso: string, nowMs: number, className = "age"): unknown {
  const text = age(Date.parse(iso), nowMs);
  return keyed(text, html`<time class=${className} datetime=${iso} title=${moment(iso)}>${text}</time>`);
}
