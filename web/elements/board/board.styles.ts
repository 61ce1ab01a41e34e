import { css } from "lit";

export const boardStyles = css`
  :host {
    height: 100%;
    min-height: 240px;
    container-type: inline-size;
  }
  .columns {
    display: grid;
    grid-template-columns: repeat(5, minmax(0, 1fr));
    gap: var(--s-3);
    height: 100%;
  }
  .column {
    display: grid;
    grid-template-rows: 32px minmax(0, 1fr);
    min-width: 0;
    min-height: 0;
  }
  .column header {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    padding: 0 var(--s-1) 0 2px;
    color: var(--tone);
    border-bottom: 2px solid color-mix(in srgb, var(--tone) 45%, var(--line));
  }
  .column h2 {
    font-size: var(--fs-2);
    font-weight: 600;
    color: var(--text);
  }
  .column .count {
    color: var(--text-2);
    font-size: var(--fs-2);
    font-weight: 500;
  }
  .column .note {
    margin-left: auto;
    color: var(--text-3);
    font-size: var(--fs-1);
  }
  .column .note.bad {
    color: var(--failed);
    font-weight: 500;
  }
  .body {
    min-height: 0;
    padding-top: var(--s-2);
  }
  .row {
    padding-right: 2px;
  }
  .card {
    display: grid;
    grid-template-rows: 18px 36px 20px;
    gap: 4px;
    width: 100%;
    height: 100px;
    padding: 9px 10px 9px 12px;
    border: 1px solid var(--line);
    border-radius: var(--r-2);
    background: var(--surface);
    box-shadow: var(--shadow);
    text-align: left;
    cursor: pointer;
    overflow: hidden;
  }
  .card:hover {
    border-color: var(--line-strong);
    background: var(--raised);
  }
  .card[aria-current="true"] {
    border-color: var(--focus);
  }
  .card:focus-visible {
    outline-offset: -2px;
    border-radius: var(--r-2);
  }
  .card .top,
  .card .foot {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    font-size: var(--fs-1);
    color: var(--text-3);
  }
  .card .id {
    font-family: var(--mono);
    font-size: 0.71875rem;
  }
  .card .type {
    margin-left: auto;
  }
  .card .title {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    line-clamp: 2;
    overflow: hidden;
    font-size: var(--fs-2);
    font-weight: 500;
    line-height: 18px;
    overflow-wrap: anywhere;
  }
  .card[data-status="closed"] .title {
    color: var(--text-2);
    font-weight: 400;
  }
  .card .foot svg.icon {
    width: 14px;
    height: 14px;
    color: var(--tone);
  }
  .card .foot .who {
    flex: none;
    max-width: 60%;
    color: var(--text-2);
    font-weight: 500;
  }
  .card .foot .age {
    margin-left: auto;
    flex: none;
  }
  .priority {
    flex: none;
    font-weight: 600;
    font-size: 0.6875rem;
    color: var(--text-3);
  }
  .priority.p0 {
    color: var(--failed);
  }
  .priority.p1 {
    color: var(--text);
  }
  .working svg.icon {
    animation: turn 4s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 360deg;
    }
  }
  .blank {
    height: 100px;
    border: 1px dashed var(--line);
    border-radius: var(--r-2);
    display: grid;
    place-items: center;
    padding: var(--s-2);
    color: var(--text-3);
    font-size: var(--fs-1);
    text-align: center;
    text-wrap: balance;
  }
  .placeholder {
    height: 100px;
    margin-bottom: var(--s-2);
    border-radius: var(--r-2);
  }
  @container (max-width: 820px) {
    .columns {
      grid-template-columns: repeat(5, minmax(232px, 80cqw));
      overflow-x: auto;
      scroll-snap-type: x mandatory;
      scrollbar-width: none;
    }
    .column {
      scroll-snap-align: start;
    }
  }
  @container (min-width: 480px) and (max-width: 820px) {
    .columns {
      grid-template-columns: repeat(5, 232px);
    }
  }
`;
