import { css, html, nothing, type TemplateResult } from "lit";
import type { AppError } from "../../../store/schema/errors.ts";
import { type IconName, icon } from "./icons.ts";

/** What stands where there is nothing to show: why, and what to do next. */
export interface Notice {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string;
  /** A shell command that helps. */
  readonly command?: string;
}

/** Renders a notice in the middle of its box. */
export function notice({ icon: name, title, text, command }: Notice): TemplateResult {
  return html`
    <div class="notice" part="notice">
      ${icon(name)}
      <p class="notice-title">${title}</p>
      ${text === undefined ? nothing : html`<p>${text}</p>`}
      ${command === undefined ? nothing : html`<gastown-command command=${command}></gastown-command>`}
    </div>
  `;
}

/** Renders an error: what happened, what to do next, and a way to try again when that makes sense. */
export function errorNotice(error: AppError, retry?: () => void): TemplateResult {
  return html`
    <div class="notice error" part="notice" role="alert">
      ${icon("failed")}
      <p class="notice-title">${error.message}</p>
      ${error.hint === undefined ? nothing : html`<p>${error.hint}</p>`}
      ${retry === undefined ? nothing : html`<button class="button" @click=${retry}>Try again</button>`}
    </div>
  `;
}

/** Styles of notices. */
export const noticeStyles = css`
  .notice {
    display: grid;
    justify-items: center;
    align-content: center;
    gap: var(--s-2);
    height: 100%;
    padding: var(--s-4);
    color: var(--text-3);
    font-size: var(--fs-2);
    text-align: center;
    text-wrap: balance;
  }
  .notice svg.icon {
    width: 22px;
    height: 22px;
    margin-bottom: var(--s-1);
  }
  .notice-title {
    color: var(--text-2);
    font-weight: 500;
  }
  .notice.error svg.icon {
    color: var(--failed);
  }
`;
