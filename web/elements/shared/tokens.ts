import { css } from "lit";

/**
 * Colours, type and space of every element. A page overrides one by setting `--gastown-<name>` on the element or
 * above it; dark or light follows the `color-scheme` in force there.
 */
export const tokens = css`
  :host {
    --bg: var(--gastown-bg, light-dark(#f5f5f2, #0b0c0f));
    --surface: var(--gastown-surface, light-dark(#ffffff, #121419));
    --raised: var(--gastown-raised, light-dark(#ffffff, #1a1d24));
    --sunken: var(--gastown-sunken, light-dark(#efefeb, #0e1014));
    --hover: var(--gastown-hover, light-dark(#f4f4f0, #20242c));
    --line: var(--gastown-line, light-dark(#e3e3de, #23272f));
    --line-strong: var(--gastown-line-strong, light-dark(#c9c9c2, #3a404c));

    --text: var(--gastown-text, light-dark(#17191e, #e9ebf0));
    --text-2: var(--gastown-text-2, light-dark(#4b5261, #aab1bf));
    --text-3: var(--gastown-text-3, light-dark(#646b79, #868e9e));

    /* The lamp: only for what needs a person, and for the mark. */
    --accent: var(--gastown-accent, light-dark(#a85508, #ffb22e));
    --accent-soft: var(--gastown-accent-soft, light-dark(#fdf1dc, #2e230d));
    --focus: var(--gastown-focus, light-dark(#0b62c4, #76b7ff));

    --ready: var(--gastown-ready, light-dark(#5a6475, #98a2b5));
    --hooked: var(--gastown-hooked, light-dark(#6b46d6, #b3a0ff));
    --progress: var(--gastown-progress, light-dark(#0a59ad, #67b2ff));
    --review: var(--gastown-review, light-dark(#0a6f78, #45cfd2));
    --done: var(--gastown-done, light-dark(#17723f, #53c686));
    --failed: var(--gastown-failed, light-dark(#c4262e, #ff7378));
    --warn: var(--accent);

    --font: var(--gastown-font, "Inter Variable", ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif);
    --mono: var(--gastown-mono, "JetBrains Mono NL", ui-monospace, "SF Mono", Menlo, Consolas, monospace);
    --fs-1: 0.75rem;
    --fs-2: 0.8125rem;
    --fs-3: 0.875rem;
    --fs-4: 1rem;
    --fs-5: 1.25rem;
    --fs-6: 1.75rem;

    --s-1: 4px;
    --s-2: 8px;
    --s-3: 12px;
    --s-4: 16px;
    --s-5: 24px;
    --s-6: 32px;
    --r-1: 4px;
    --r-2: 8px;
    --r-3: 12px;
    --shadow: 0 1px 2px light-dark(rgb(20 20 30 / 0.06), rgb(0 0 0 / 0.4));
    --shadow-2: 0 12px 40px light-dark(rgb(20 20 30 / 0.16), rgb(0 0 0 / 0.6));
  }
`;
