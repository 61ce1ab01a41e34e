/** Parts of the mail page that need nothing but what they are given. */
import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { AppError } from "../../../store/schema/errors.ts";
import type { MessageView } from "../../../store/schema/mail.ts";
import { moment } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { markdown } from "../shared/markdown.ts";
import { ageOf, word } from "../shared/stable.ts";
import { isOpen, mailState } from "./boxes.ts";

/** A line of the list. */
export function mailRow(
  message: MessageView,
  now: number,
  current: boolean,
  open: () => void,
): TemplateResult {
  const state = mailState(message);
  const fresh = message.state === "pending" || message.state === "delivered";
  return html`
    <li>
      <button
        class="row tone-${state.tone} ${fresh ? "fresh" : ""}"
        part="message"
        data-message=${message.id}
        data-state=${message.state}
        aria-current=${current ? "true" : "false"}
        @click=${open}
      >
        <span class="mark" title=${state.word}>${icon(state.icon)}<span class="sr-only">${state.word}</span></span>
        <span class="from ellipsis">${message.from}</span>
        ${ageOf(message.at, now)}
        <span class="subject ellipsis">${message.subject}</span>
        ${message.kind === "task" && isOpen(message) ? html`<span class="kind">task</span>` : nothing}
      </button>
    </li>
  `;
}

/** A message of a conversation, its text as material of whoever wrote it. */
export function threadMessage(message: MessageView): TemplateResult {
  const to = [...message.to, ...message.cc].join(", ");
  return html`
    <article data-id=${message.id}>
      <header>
        <b>${message.from}</b><span class="muted ellipsis">to ${to}</span>
        <time datetime=${message.at}>${moment(message.at)}</time>
      </header>
      ${
        message.body.trim() === ""
          ? html`<p class="muted">No text.</p>`
          : html`<div class="markdown">${guard([message.body], () => markdown(message.body))}</div>`
      }
    </article>
  `;
}

/** What became of a message, in a word and with the reason. */
export function statePill(message: MessageView): TemplateResult {
  const state = mailState(message);
  return html`<span class="pill tone-${state.tone}" title=${message.reason ?? state.word}>${icon(state.icon)}${word(state.word)}</span>`;
}

/** What went wrong with the last deed; nothing when all went well. */
export function deedError(error: AppError | undefined): TemplateResult | typeof nothing {
  if (error === undefined) return nothing;
  return html`<p class="wrong" role="alert">${icon("failed")}<span>${error.message} ${error.hint ?? ""}</span></p>`;
}

export interface ComposeParts {
  /** Addresses to choose from. */
  readonly addresses: readonly string[];
  readonly busy: boolean;
  readonly error: AppError | undefined;
  send(event: SubmitEvent): void;
  cancel(): void;
}

/** The form for a new message. */
export function composeForm({ addresses, busy, error, send, cancel }: ComposeParts): TemplateResult {
  return html`
    <form class="compose" aria-label="New message" @submit=${send}>
      <header class="title"><h2>New message</h2></header>
      <label for="to">To
        <input id="to" name="to" required maxlength="1000" list="addresses" autocomplete="off" placeholder="web/toast, @web, a group, a queue, a person" />
      </label>
      <datalist id="addresses">${addresses.map(address => html`<option value=${address}></option>`)}</datalist>
      <label for="subject">Subject <input id="subject" name="subject" required maxlength="300" autocomplete="off" /></label>
      <label class="grow" for="body">Message <textarea id="body" name="body" maxlength="20000"></textarea></label>
      <label class="check" for="task"><input id="task" type="checkbox" name="task" />It asks for something: keep it until it is acknowledged</label>
      ${deedError(error)}
      <div class="deeds">
        <button class="button primary" ?disabled=${busy}>Send</button>
        <button class="button quiet" type="button" @click=${cancel}>Cancel</button>
      </div>
    </form>
  `;
}
