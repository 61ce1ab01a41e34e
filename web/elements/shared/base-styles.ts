import { css } from "lit";
import { tokens } from "./tokens.ts";

/** What every element starts from: box model, type, focus, and small shared pieces. */
export const baseStyles = [
  tokens,
  css`
    :host {
      display: block;
      box-sizing: border-box;
      color: var(--text);
      font: 400 var(--fs-3) / 1.45 var(--font);
      -webkit-font-smoothing: antialiased;
    }
    :host([hidden]) {
      display: none;
    }
    :host([theme="dark"]) {
      color-scheme: dark;
    }
    :host([theme="light"]) {
      color-scheme: light;
    }
    *,
    *::before,
    *::after {
      box-sizing: border-box;
    }
    h1,
    h2,
    h3,
    p,
    ul,
    ol,
    dl,
    dd,
    figure {
      margin: 0;
      padding: 0;
    }
    ul,
    ol {
      list-style: none;
    }
    button,
    input,
    textarea,
    select {
      font: inherit;
      color: inherit;
      letter-spacing: inherit;
    }
    a {
      color: inherit;
    }
    :focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
      border-radius: var(--r-1);
    }
    svg.icon {
      display: block;
      flex: none;
      width: 16px;
      height: 16px;
    }
    /* Not for running text: tabular figures bring a wide hyphen along. */
    time,
    .figure,
    .count {
      font-variant-numeric: tabular-nums;
    }
    .mono {
      font-family: var(--mono);
      font-size: 0.92em;
    }
    .muted {
      color: var(--text-3);
    }
    .ellipsis {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      min-width: 0;
    }
    .sr-only {
      position: absolute;
      width: 1px;
      height: 1px;
      margin: -1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    .tone-ready {
      --tone: var(--ready);
    }
    .tone-hooked {
      --tone: var(--hooked);
    }
    .tone-progress {
      --tone: var(--progress);
    }
    .tone-review {
      --tone: var(--review);
    }
    .tone-done {
      --tone: var(--done);
    }
    .tone-failed {
      --tone: var(--failed);
    }
    .tone-warn {
      --tone: var(--warn);
    }
    .pill {
      display: inline-flex;
      align-items: center;
      gap: var(--s-1);
      height: 20px;
      padding: 0 7px 0 5px;
      border-radius: 10px;
      font-size: var(--fs-1);
      font-weight: 500;
      line-height: 20px;
      white-space: nowrap;
      color: var(--tone, var(--text-2));
      background: color-mix(in srgb, var(--tone, var(--ready)) 13%, transparent);
    }
    .pill svg.icon {
      width: 14px;
      height: 14px;
    }
    .button {
      display: inline-flex;
      align-items: center;
      justify-content: center;
      gap: 6px;
      height: 28px;
      padding: 0 10px;
      border: 1px solid var(--line-strong);
      border-radius: 6px;
      background: var(--raised);
      font-size: var(--fs-2);
      font-weight: 500;
      white-space: nowrap;
      cursor: pointer;
    }
    .button:hover:not(:disabled) {
      background: var(--hover);
    }
    .button:disabled {
      opacity: 0.5;
      cursor: default;
    }
    .button.quiet {
      border-color: transparent;
      background: transparent;
      color: var(--text-2);
    }
    .button.quiet:hover:not(:disabled) {
      background: var(--hover);
      color: var(--text);
    }
    .button.primary {
      border-color: transparent;
      background: var(--text);
      color: var(--surface);
    }
    .button.primary:hover:not(:disabled) {
      background: color-mix(in srgb, var(--text) 86%, var(--surface));
    }
    .button.square {
      width: 28px;
      padding: 0;
    }
    @media (pointer: coarse) {
      .button {
        min-height: 44px;
      }
      .button.square {
        min-width: 44px;
      }
    }
    .skeleton {
      border-radius: var(--r-1);
      background: linear-gradient(100deg, var(--line) 40%, var(--hover) 50%, var(--line) 60%);
      background-size: 300% 100%;
      animation: sheen 1.6s linear infinite;
    }
    @keyframes sheen {
      from {
        background-position: 100% 0;
      }
      to {
        background-position: 0 0;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      *,
      *::before,
      *::after {
        animation: none !important;
        transition: none !important;
      }
    }
  `,
];
