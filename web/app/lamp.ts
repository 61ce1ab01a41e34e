import { html, type TemplateResult } from "lit";

/** The mark: a street lamp that is lit. */
export function lamp(): TemplateResult {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true" fill="none">
    <rect width="32" height="32" rx="8" fill="#23262f" />
    <path d="M16 4.5v2.6M10.4 8.6h11.2l2.5 13.6H7.9zM11.4 22.2v3h9.2v-3" stroke="#f4f1ea" stroke-width="1.9" stroke-linejoin="round" stroke-linecap="round" />
    <path d="M16 11.4c2.7 2.5 3.5 4.4 2.5 6.3-.9 1.7-4.1 1.7-5 0-1-1.9-.2-3.8 2.5-6.3z" fill="#ffb22e" />
  </svg>`;
}
