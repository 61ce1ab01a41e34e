import { css } from "lit";

export const agentsStyles = css`
  :host {
    height: 100%;
    min-height: 120px;
  }
  .agent {
    position: relative;
    display: grid;
    grid-template-columns: 32px minmax(0, 1fr) auto;
    grid-template-rows: 20px 17px 17px;
    column-gap: var(--s-3);
    align-content: center;
    width: 100%;
    height: 66px;
    padding: 0 var(--s-3);
    border: 0;
    border-bottom: 1px solid var(--line);
    /* Opaque: rows pass over each other when they change places. */
    background: var(--surface);
    text-align: left;
    cursor: pointer;
  }
  .agent:hover {
    background: var(--hover);
  }
  .agent[aria-current="true"] {
    background: var(--hover);
    box-shadow: inset 2px 0 0 var(--focus);
  }
  .agent:focus-visible {
    outline-offset: -2px;
  }
  .face {
    grid-row: 1 / -1;
    align-self: center;
    display: grid;
    place-items: center;
    width: 32px;
    height: 32px;
    border-radius: 9px;
    color: var(--tone);
    background: color-mix(in srgb, var(--tone) 14%, transparent);
  }
  .agent.working .face svg.icon {
    animation: turn 4s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 360deg;
    }
  }
  .name {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    font-weight: 600;
  }
  .name .role {
    color: var(--text-3);
    font-size: var(--fs-1);
    font-weight: 400;
  }
  .state {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 6px;
    font-size: var(--fs-1);
    font-weight: 500;
    color: var(--tone);
  }
  .state time {
    width: 4ch;
    color: var(--text-3);
    font-weight: 400;
    text-align: right;
  }
  .work {
    grid-column: 2 / -1;
    display: flex;
    gap: 6px;
    min-width: 0;
    font-size: var(--fs-2);
    line-height: 17px;
    color: var(--text-2);
  }
  .work .bead {
    flex: none;
    font: 400 0.71875rem / 17px var(--mono);
    color: var(--text-3);
  }
  .note {
    grid-column: 2 / -1;
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    font-size: var(--fs-1);
    line-height: 17px;
    color: var(--text-3);
  }
  .note .last {
    flex: 1;
    font-family: var(--mono);
    font-size: 0.71875rem;
  }
  .isolation {
    display: inline-flex;
    align-items: center;
    gap: 3px;
    flex: none;
    margin-left: auto;
    color: var(--text-3);
  }
  .isolation svg.icon {
    width: 13px;
    height: 13px;
  }
  .isolation.off {
    padding: 0 6px 0 4px;
    border-radius: 9px;
    color: var(--failed);
    background: color-mix(in srgb, var(--failed) 13%, transparent);
    font-weight: 600;
  }
  .placeholder {
    height: 50px;
    margin: var(--s-2) var(--s-3);
  }
`;
