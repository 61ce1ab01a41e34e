import { css } from "lit";

export const headerStyles = css`
  :host {
    display: flex;
    align-items: center;
    gap: var(--s-5);
    min-width: 0;
    padding: 0 var(--s-3) 0 var(--s-4);
    border-bottom: 1px solid var(--line);
    background: var(--surface);
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 10px;
    flex: none;
    min-width: 0;
    text-decoration: none;
  }
  .brand svg {
    width: 26px;
    height: 26px;
  }
  .brand b {
    font-size: var(--fs-4);
    font-weight: 650;
    letter-spacing: -0.015em;
  }
  h1 {
    display: flex;
    align-items: center;
    gap: 10px;
    min-width: 72px;
    font-size: var(--fs-4);
    font-weight: 400;
    letter-spacing: -0.01em;
    color: var(--text-2);
  }
  h1::before {
    content: "/";
    color: var(--line-strong);
  }
  .counts {
    display: flex;
    gap: 2px;
    min-width: 0;
    overflow: hidden;
  }
  .counts button {
    display: grid;
    grid-template-columns: 14px minmax(2ch, auto) auto;
    align-items: center;
    gap: 5px;
    height: 30px;
    padding: 0 9px;
    border: 0;
    border-radius: 6px;
    background: none;
    color: var(--text-2);
    font-size: var(--fs-2);
    white-space: nowrap;
    cursor: pointer;
  }
  .counts button:hover {
    background: var(--hover);
  }
  .counts button:focus-visible {
    outline-offset: -2px;
  }
  .counts svg.icon {
    width: 14px;
    height: 14px;
    color: var(--tone);
  }
  .counts b {
    font-variant-numeric: tabular-nums;
    margin-left: -4px;
    font-weight: 600;
    color: var(--text);
    text-align: right;
  }
  .counts .zero b,
  .counts .zero svg.icon {
    color: var(--text-3);
  }
  .end {
    display: flex;
    align-items: center;
    gap: var(--s-1);
    margin-left: auto;
    flex: none;
  }
  .mail {
    position: relative;
    min-width: 28px;
    padding: 0 6px;
    text-decoration: none;
  }
  .mail[aria-current="page"] {
    background: var(--sunken);
    color: var(--text);
  }
  .mail .count {
    color: var(--accent);
    font-size: var(--fs-1);
  }
  .filter {
    position: relative;
    width: 190px;
    margin-right: var(--s-2);
  }
  .filter svg.icon {
    position: absolute;
    top: 8px;
    left: 9px;
    width: 14px;
    height: 14px;
    color: var(--text-3);
    pointer-events: none;
  }
  .filter input {
    width: 100%;
    height: 30px;
    padding: 0 28px 0 29px;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--bg);
    font-size: var(--fs-2);
  }
  .filter input::placeholder {
    color: var(--text-3);
  }
  .filter kbd {
    position: absolute;
    top: 6px;
    right: 7px;
    width: 18px;
    height: 18px;
    border: 1px solid var(--line);
    border-radius: 4px;
    color: var(--text-3);
    font: 400 0.6875rem / 16px var(--mono);
    text-align: center;
    pointer-events: none;
  }
  .filter input:focus + kbd {
    display: none;
  }
  .connection {
    display: flex;
    align-items: center;
    gap: 7px;
    width: 116px;
    font-variant-numeric: tabular-nums;
    height: 30px;
    padding: 0 8px;
    border: 0;
    border-radius: 6px;
    background: none;
    color: var(--text-2);
    font-size: var(--fs-2);
    white-space: nowrap;
  }
  .connection::before {
    content: "";
    flex: none;
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--tone);
  }
  .connection.tone-ready::before {
    background: none;
    box-shadow: inset 0 0 0 2px var(--tone);
  }
  button.connection:not(:disabled) {
    cursor: pointer;
  }
  @media (max-width: 1240px) {
    .counts button {
      grid-template-columns: 14px minmax(2ch, auto);
    }
    .counts .label {
      display: none;
    }
  }
  @media (max-width: 820px) {
    :host {
      gap: var(--s-2);
      padding: 0 var(--s-2) 0 var(--s-3);
    }
    .counts,
    .filter,
    .help,
    .brand b {
      display: none;
    }
    .connection {
      width: auto;
    }
    h1::before {
      content: none;
    }
    h1 {
      font-weight: 600;
      color: var(--text);
    }
  }
`;
