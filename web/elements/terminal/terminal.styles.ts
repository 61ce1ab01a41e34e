import { css } from "lit";

export const terminalStyles = css`
  :host {
    --term-bg: light-dark(#fbfbf9, #0e1014);
    display: grid;
    grid-template-rows: 34px minmax(0, 1fr);
    height: 100%;
    min-height: 120px;
    border: 1px solid var(--line);
    border-radius: var(--r-2);
    background: var(--term-bg);
    overflow: hidden;
    contain: strict;
  }
  :host([bare]) {
    grid-template-rows: minmax(0, 1fr);
  }
  :host([bare]) header {
    display: none;
  }
  :host(:focus-within) {
    border-color: var(--line-strong);
  }
  .probe {
    position: absolute;
    width: 0;
    height: 0;
    overflow: hidden;
    color: light-dark(rgb(255 255 255), rgb(0 0 0));
    /* Wins over the rule for reduced motion: the terminal listens to this transition. */
    transition: color 1ms step-start !important;
  }
  header {
    display: flex;
    align-items: center;
    gap: 2px;
    min-width: 0;
    padding: 0 4px 0 var(--s-3);
    border-bottom: 1px solid var(--line);
    background: var(--surface);
    font-size: var(--fs-2);
  }
  slot[name="title"] {
    display: flex;
    flex: 1;
    min-width: 0;
  }
  header .title {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    white-space: nowrap;
    color: var(--text-2);
  }
  header .title .mono {
    flex: none;
    color: var(--text-3);
  }
  header .title b {
    color: var(--text);
    font-weight: 600;
  }
  header .title svg.icon {
    width: 14px;
    height: 14px;
    color: var(--tone, var(--text-3));
  }
  header .button {
    height: 26px;
    min-height: 0;
    font-size: var(--fs-1);
  }
  .control {
    display: inline-flex;
    flex: none;
    align-items: center;
    gap: 5px;
    white-space: nowrap;
    padding: 0 8px;
    font-size: var(--fs-1);
    color: var(--text-3);
  }
  .control.end {
    flex: 0 1 auto;
    min-width: 0;
    max-width: 60%;
  }
  .control.end svg.icon {
    color: var(--tone);
  }
  .control.yours {
    color: var(--progress);
    font-weight: 500;
  }
  .control .button {
    margin-left: var(--s-2);
  }
  .control svg.icon {
    width: 14px;
    height: 14px;
  }
  .stage {
    position: relative;
    min-height: 0;
    overflow: hidden;
  }
  .frame {
    position: absolute;
    inset: 8px 2px 4px 12px;
    overflow: hidden;
  }
  .frame.tall {
    display: grid;
    align-content: end;
  }
  .frame:focus {
    outline: none;
  }
  .frame .xterm {
    height: auto;
  }
  .frame .slider {
    border-radius: 4px;
  }
  .cover {
    position: absolute;
    inset: 0;
    background: var(--term-bg);
  }
  .ribbon {
    position: absolute;
    right: var(--s-3);
    bottom: var(--s-2);
    display: flex;
    align-items: center;
    gap: 6px;
    max-width: calc(100% - 24px);
    padding: 3px 10px 3px 8px;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: color-mix(in srgb, var(--surface) 92%, transparent);
    color: var(--text-2);
    font-size: var(--fs-1);
    box-shadow: var(--shadow);
    pointer-events: none;
  }
  .ribbon svg.icon {
    width: 14px;
    height: 14px;
    color: var(--tone, var(--text-3));
  }
`;
