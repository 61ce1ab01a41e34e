/** Our own icons: 16 by 16, drawn with the text colour. Each state has a shape of its own, so that colour is not needed to tell them apart. */
import { type SVGTemplateResult, svg } from "lit";

const paths = {
  ready: svg`<circle cx="8" cy="8" r="5.75" />`,
  blocked: svg`<circle cx="8" cy="8" r="5.75" /><path d="M4.2 11.8 11.8 4.2" />`,
  hooked: svg`<path d="M9.5 2.5v6a3 3 0 1 1-6 0V7.2M3.5 7.2 2 8.9M3.5 7.2 5.2 8.7" /><circle cx="9.5" cy="2.2" r=".9" />`,
  progress: svg`<circle cx="8" cy="8" r="5.75" /><path d="M8 4.5a3.5 3.5 0 0 1 0 7z" fill="currentColor" stroke="none" />`,
  review: svg`<circle cx="4.5" cy="3.8" r="1.6" /><circle cx="4.5" cy="12.2" r="1.6" /><circle cx="11.5" cy="8" r="1.6" /><path d="M4.5 5.4v5.2M4.5 5.4C4.9 7.2 6.8 8 9.9 8" />`,
  done: svg`<circle cx="8" cy="8" r="5.75" /><path d="m5.4 8.2 1.8 1.8 3.4-3.7" />`,
  failed: svg`<circle cx="8" cy="8" r="5.75" /><path d="m6 6 4 4m0-4-4 4" />`,
  warn: svg`<path d="M8 2.2 14.2 13H1.8zM8 6.4v3.1" /><circle cx="8" cy="11.2" r=".35" fill="currentColor" />`,
  lamp: svg`<path d="M8 1.2v1.4M5.2 2.6h5.6l1.4 8.2H3.8zM5.4 10.8v2h5.2v-2M8 12.8v2" /><path d="M8 5.2c1.3 1.2 1.7 2.1 1.2 3-.4.8-2 .8-2.4 0-.5-.9-.1-1.8 1.2-3z" fill="currentColor" stroke="none" />`,
  wait: svg`<circle cx="8" cy="8" r="5.75" /><path d="M8 4.8V8l2.2 1.4" />`,
  idle: svg`<circle cx="8" cy="8" r="5.75" stroke-dasharray="2.2 2.3" />`,
  info: svg`<circle cx="8" cy="8" r="2" fill="currentColor" stroke="none" />`,
  shield: svg`<path d="M8 1.8 13 3.6v4c0 3.1-2 5.4-5 6.6-3-1.2-5-3.5-5-6.6v-4z" />`,
  "shield-off": svg`<path d="M8 1.8 13 3.6v4c0 3.1-2 5.4-5 6.6-3-1.2-5-3.5-5-6.6v-4z" /><path d="M6.3 6.2 9.7 9.6m0-3.4L6.3 9.6" />`,
  box: svg`<path d="m8 1.8 5.5 3v6.4L8 14.2l-5.5-3V4.8zM2.6 4.9 8 7.8l5.4-2.9M8 7.8v6.3" />`,
  terminal: svg`<rect x="1.8" y="2.8" width="12.4" height="10.4" rx="1.6" /><path d="m4.6 6 2 2-2 2M8.6 10h2.8" />`,
  keyboard: svg`<rect x="1.6" y="4" width="12.8" height="8" rx="1.4" /><path d="M4.2 6.6h.1m2.5 0h.1m2.5 0h.1m2.4 0h.1M5 9.6h6" />`,
  lock: svg`<rect x="3.4" y="7" width="9.2" height="6.6" rx="1.3" /><path d="M5.4 7V5a2.6 2.6 0 0 1 5.2 0v2" />`,
  expand: svg`<path d="M9.5 2.5h4v4M13.2 2.8 9 7M6.5 13.5h-4v-4M2.8 13.2 7 9" />`,
  close: svg`<path d="m4 4 8 8m0-8-8 8" />`,
  back: svg`<path d="M9.8 3.2 5 8l4.8 4.8" />`,
  up: svg`<path d="m3.5 10 4.5-4.5L12.5 10" />`,
  down: svg`<path d="M3.5 6 8 10.5 12.5 6" />`,
  search: svg`<circle cx="7" cy="7" r="4.4" /><path d="m10.4 10.4 3.2 3.2" />`,
  copy: svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.4" /><path d="M3.6 10.4H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1h6.4a1 1 0 0 1 1 1v.6" />`,
  check: svg`<path d="m3 8.4 3.2 3.2L13 4.8" />`,
  sun: svg`<circle cx="8" cy="8" r="3" /><path d="M8 1.2v1.6m0 10.4v1.6M1.2 8h1.6m10.4 0h1.6M3.2 3.2l1.1 1.1m7.4 7.4 1.1 1.1m0-9.6-1.1 1.1m-7.4 7.4-1.1 1.1" />`,
  moon: svg`<path d="M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7z" />`,
  auto: svg`<circle cx="8" cy="8" r="5.75" /><path d="M8 2.25a5.75 5.75 0 0 1 0 11.5z" fill="currentColor" stroke="none" />`,
  help: svg`<circle cx="8" cy="8" r="5.75" /><path d="M6.3 6.4a1.75 1.75 0 1 1 2.4 1.7c-.5.2-.7.5-.7 1" /><circle cx="8" cy="11" r=".35" fill="currentColor" />`,
  comment: svg`<path d="M2.2 3.4h11.6v7.4H7.4l-3 2.6v-2.6H2.2z" />`,
  convoy: svg`<rect x="1.4" y="5" width="3.6" height="6" rx="1" /><rect x="6.2" y="5" width="3.6" height="6" rx="1" /><rect x="11" y="5" width="3.6" height="6" rx="1" />`,
  board: svg`<path d="M2.5 2.5h3v11h-3zm4 0h3v7h-3zm4 0h3v9h-3z" />`,
  agents: svg`<circle cx="8" cy="5.2" r="2.6" /><path d="M3 13.6c.4-2.9 2.3-4.3 5-4.3s4.6 1.4 5 4.3" />`,
  mail: svg`<rect x="1.8" y="3.2" width="12.4" height="9.6" rx="1.4" /><path d="m2.2 4.4 5.8 4.4 5.8-4.4" />`,
  feed: svg`<path d="M2.5 4h11M2.5 8h11M2.5 12h7" />`,
} as const;

export type IconName = keyof typeof paths;

/** The icon as decoration: words beside it or an accessible name on its button say what it means. */
export function icon(name: IconName): SVGTemplateResult {
  return svg`<svg class="icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths[name]}</svg>`;
}
