import { css } from "lit";

export const beadStyles = css`
  :host {
    padding: var(--s-5);
  }
  article {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--s-5);
  }
  .head {
    display: grid;
    gap: var(--s-2);
  }
  .head .line {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: var(--s-2);
    min-height: 22px;
  }
  .head .id {
    font-family: var(--mono);
    font-size: var(--fs-2);
    color: var(--text-3);
  }
  h2 {
    font-size: var(--fs-5);
    font-weight: 600;
    line-height: 1.3;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
    text-wrap: pretty;
  }
  h3 {
    margin-bottom: var(--s-2);
    font-size: var(--fs-1);
    font-weight: 600;
    color: var(--text-3);
  }
  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(132px, 1fr));
    gap: var(--s-3) var(--s-4);
    padding: var(--s-3) 0;
    border-block: 1px solid var(--line);
  }
  .facts dt {
    font-size: var(--fs-1);
    color: var(--text-3);
  }
  .facts dd {
    font-size: var(--fs-2);
    font-weight: 500;
    overflow-wrap: anywhere;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s-2);
  }
  .blocked {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    padding: var(--s-2) var(--s-3);
    border-radius: var(--r-2);
    background: var(--sunken);
    color: var(--text-2);
    font-size: var(--fs-2);
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    color: var(--text);
    cursor: pointer;
    font-weight: 500;
    text-align: left;
    text-decoration: underline;
    text-decoration-color: var(--line-strong);
    text-underline-offset: 3px;
  }
  .link:hover {
    text-decoration-color: currentColor;
  }
  .link.mono {
    flex: none;
    font: 400 var(--fs-1) / 1.5 var(--mono);
  }
  .edges li,
  .requests li {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    min-height: 28px;
    min-width: 0;
    font-size: var(--fs-2);
  }
  .edges svg.icon {
    color: var(--tone);
  }
  .edges .type {
    margin-left: auto;
    flex: none;
    color: var(--text-3);
    font-size: var(--fs-1);
  }
  .requests li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: var(--s-1) var(--s-3);
    padding: var(--s-3);
    border: 1px solid var(--line);
    border-radius: var(--r-2);
    background: var(--surface);
  }
  .requests li + li {
    margin-top: var(--s-2);
  }
  .requests .pill {
    justify-self: start;
  }
  .requests .ref {
    justify-self: end;
    max-width: 100%;
  }
  .requests .detail {
    grid-column: 1 / -1;
    color: var(--text-2);
  }
  .requests pre {
    grid-column: 1 / -1;
    max-height: 240px;
    margin: 0;
    padding: var(--s-2) var(--s-3);
    border-radius: var(--r-1);
    background: var(--sunken);
    font: 400 var(--fs-1) / 1.5 var(--mono);
    white-space: pre-wrap;
    overflow: auto;
  }
  .history li {
    display: flex;
    gap: var(--s-2);
    min-width: 0;
    padding: 3px 0;
    font-size: var(--fs-2);
    color: var(--text-2);
  }
  .history b {
    color: var(--text);
    font-weight: 500;
  }
  .history time {
    margin-left: auto;
    flex: none;
    color: var(--text-3);
    font-size: var(--fs-1);
  }
  .comment + .comment {
    margin-top: var(--s-3);
  }
  .comment {
    padding: var(--s-3);
    border: 1px solid var(--line);
    border-radius: var(--r-2);
    background: var(--surface);
  }
  .comment .by {
    display: flex;
    justify-content: space-between;
    margin-bottom: var(--s-1);
    font-size: var(--fs-1);
    color: var(--text-3);
  }
  .comment .by b {
    color: var(--text);
    font-weight: 600;
  }
  form {
    display: grid;
    gap: var(--s-2);
    margin-top: var(--s-3);
  }
  textarea {
    width: 100%;
    min-height: 68px;
    padding: var(--s-2) var(--s-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--r-2);
    background: var(--surface);
    font-size: var(--fs-3);
    resize: vertical;
  }
  form .button {
    justify-self: end;
  }
  .problem {
    padding: var(--s-2) var(--s-3);
    border-radius: var(--r-2);
    background: color-mix(in srgb, var(--failed) 12%, transparent);
    color: var(--failed);
    font-size: var(--fs-2);
  }
  .placeholder {
    height: 20px;
    margin-bottom: var(--s-3);
  }
`;
