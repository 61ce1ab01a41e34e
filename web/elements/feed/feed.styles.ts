import { css } from "lit";

export const feedStyles = css`
  :host {
    position: relative;
    height: 100%;
    min-height: 120px;
  }
  .line {
    display: grid;
    grid-template-columns: 16px minmax(0, 1fr) auto;
    gap: 0 var(--s-2);
    align-items: start;
    height: 46px;
    padding: 5px var(--s-3) 0;
    border-bottom: 1px solid color-mix(in srgb, var(--line) 60%, var(--surface));
    background: var(--surface);
  }
  .line svg.icon {
    margin-top: 1px;
    color: var(--tone);
  }
  .text {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    line-clamp: 2;
    overflow: hidden;
    font-size: var(--fs-2);
    line-height: 18px;
    color: var(--text-2);
    overflow-wrap: anywhere;
  }
  .line.strong .text {
    color: var(--text);
  }
  time {
    font-size: var(--fs-1);
    line-height: 18px;
    color: var(--text-3);
  }
  .link {
    display: inline;
    padding: 0;
    border: 0;
    background: none;
    font: 400 0.71875rem / 1 var(--mono);
    color: var(--text);
    cursor: pointer;
    text-decoration: underline;
    text-decoration-color: var(--line-strong);
    text-underline-offset: 3px;
  }
  .link:hover {
    text-decoration-color: currentColor;
  }
  .newer {
    position: absolute;
    top: var(--s-2);
    left: 50%;
    translate: -50% 0;
    z-index: 1;
    height: 26px;
    min-height: 0;
    border-radius: 13px;
    box-shadow: var(--shadow-2);
  }
  .placeholder {
    height: 30px;
    margin: var(--s-2) var(--s-3);
  }
`;
