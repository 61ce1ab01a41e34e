import { css } from "lit";

export const mailStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(240px, 340px) minmax(0, 1fr);
    height: 100%;
    min-height: 0;
    border: 1px solid var(--line);
    border-radius: var(--r-2);
    background: var(--surface);
    overflow: hidden;
  }
  .side {
    display: grid;
    grid-template-rows: 44px auto minmax(0, 1fr);
    min-height: 0;
    border-right: 1px solid var(--line);
  }
  .title {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    min-width: 0;
    min-height: 44px;
    padding: 0 var(--s-3);
    border-bottom: 1px solid var(--line);
  }
  .title h2 {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    min-width: 0;
    font-size: var(--fs-3);
    font-weight: 600;
  }
  .title h2 svg.icon {
    color: var(--text-3);
  }
  .title .end {
    display: flex;
    gap: var(--s-1);
    margin-left: auto;
  }
  .boxes {
    display: flex;
    flex-wrap: wrap;
    gap: 2px;
    padding: var(--s-2);
    border-bottom: 1px solid var(--line);
  }
  .boxes button {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    height: 26px;
    padding: 0 8px;
    border: 0;
    border-radius: 6px;
    background: none;
    color: var(--text-2);
    font-size: var(--fs-2);
    cursor: pointer;
  }
  .boxes button:hover {
    background: var(--hover);
  }
  input[type="checkbox"] {
    flex: none;
    width: 24px;
    height: 24px;
    margin: 0;
    accent-color: var(--text);
  }
  .boxes button[aria-current="true"] {
    background: var(--sunken);
    color: var(--text);
    font-weight: 600;
  }
  .boxes svg.icon {
    width: 14px;
    height: 14px;
    color: var(--text-3);
  }
  .boxes .count {
    color: var(--accent);
    font-weight: 600;
  }
  .boxes button.all {
    margin-left: auto;
    color: var(--text-3);
    font-size: var(--fs-1);
  }
  .boxes button.all[aria-pressed="true"] {
    background: var(--sunken);
    color: var(--text);
  }
  .list {
    min-height: 0;
    overflow: auto;
    scrollbar-width: thin;
  }
  .row {
    display: grid;
    grid-template: "mark from age" auto "mark subject kind" auto / 18px minmax(0, 1fr) auto;
    gap: 2px var(--s-2);
    align-items: center;
    width: 100%;
    min-height: 52px;
    padding: 7px var(--s-3);
    border: 0;
    border-bottom: 1px solid var(--line);
    background: none;
    text-align: left;
    cursor: pointer;
  }
  .row:hover {
    background: var(--hover);
  }
  .row:focus-visible {
    outline-offset: -2px;
  }
  .row[aria-current="true"] {
    background: var(--sunken);
  }
  .row .mark {
    grid-area: mark;
    align-self: start;
    padding-top: 2px;
    color: var(--tone);
  }
  .row .from {
    grid-area: from;
    color: var(--text-3);
    font-size: var(--fs-2);
  }
  .row .age {
    grid-area: age;
    justify-self: end;
    color: var(--text-3);
    font-size: var(--fs-1);
  }
  .row .subject {
    grid-area: subject;
    color: var(--text-2);
  }
  .row .kind {
    grid-area: kind;
    color: var(--accent);
    font-size: var(--fs-1);
    font-weight: 600;
  }
  .row.fresh .from,
  .row.fresh .subject {
    color: var(--text);
    font-weight: 600;
  }
  .pane {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto;
    min-width: 0;
    min-height: 0;
  }
  .thread {
    min-height: 0;
    padding: 0 var(--s-4);
    overflow: auto;
    scrollbar-width: thin;
  }
  article {
    padding: var(--s-3) 0;
  }
  article + article {
    border-top: 1px solid var(--line);
  }
  article header {
    display: flex;
    gap: var(--s-2);
    align-items: baseline;
    margin-bottom: var(--s-1);
    font-size: var(--fs-2);
  }
  article time {
    flex: none;
    margin-left: auto;
    color: var(--text-3);
    font-size: var(--fs-1);
  }
  form {
    display: grid;
    gap: var(--s-2);
    padding: var(--s-3) var(--s-4);
  }
  form.reply {
    border-top: 1px solid var(--line);
  }
  form.compose {
    grid-row: 1 / -1;
    grid-template-rows: auto auto auto minmax(0, 1fr) auto auto;
    align-content: start;
    padding-top: 0;
  }
  form.compose .title {
    margin: 0 calc(-1 * var(--s-4));
    padding: 0 var(--s-4);
  }
  label {
    display: grid;
    gap: 3px;
    color: var(--text-2);
    font-size: var(--fs-2);
    font-weight: 500;
  }
  label.grow {
    grid-template-rows: auto minmax(90px, 1fr);
    min-height: 0;
  }
  label.check {
    display: flex;
    gap: 6px;
    align-items: center;
    font-weight: 400;
  }
  form input:not([type="checkbox"]),
  textarea {
    width: 100%;
    padding: 6px 9px;
    border: 1px solid var(--line-strong);
    border-radius: 6px;
    background: var(--bg);
    color: var(--text);
    font-size: var(--fs-3);
    font-weight: 400;
  }
  form input:not([type="checkbox"]) {
    height: 32px;
  }
  textarea {
    min-height: 64px;
    resize: vertical;
  }
  input::placeholder,
  textarea::placeholder {
    color: var(--text-3);
  }
  .deeds {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s-2);
    align-items: center;
  }
  .wrong {
    display: flex;
    gap: 6px;
    align-items: center;
    color: var(--failed);
    font-size: var(--fs-2);
  }
  .said {
    padding: var(--s-2) var(--s-3);
    color: var(--text-2);
    font-size: var(--fs-2);
  }
  .back {
    display: none;
  }
  .loading {
    display: grid;
    gap: var(--s-2);
    padding: var(--s-3);
  }
  .loading .skeleton {
    height: 38px;
  }
  @media (max-width: 820px) {
    :host {
      grid-template-columns: minmax(0, 1fr);
    }
    .side {
      border-right: 0;
    }
    .reading .side,
    .side.behind,
    .pane.behind {
      display: none;
    }
    .back {
      display: inline-flex;
    }
  }
`;
