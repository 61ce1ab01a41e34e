import { css } from "lit";

/** Styles of the lists that `VirtualRows` renders. */
export const virtualRowsStyles = css`
  .rows-scroller {
    height: 100%;
    overflow: hidden auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--line-strong) transparent;
    contain: strict;
  }
  .rows-scroller:focus-visible {
    outline: none;
  }
  .rows {
    position: relative;
  }
  .row {
    position: absolute;
    inset: 0 0 auto 0;
    transition: transform 200ms cubic-bezier(0.2, 0.7, 0.2, 1);
  }
`;
