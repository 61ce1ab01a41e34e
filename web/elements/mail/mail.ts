/** (Long: lists, conversation and forms share the state of one element.) */
import { Task } from "@lit/task";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { AppError } from "../../../store/schema/errors.ts";
import type { MessageView } from "../../../store/schema/mail.ts";
import type { Readable } from "../../client/signal.ts";
import type { TownClient } from "../../client/town-client.ts";
import { baseStyles } from "../shared/base-styles.ts";
import { Clock } from "../shared/clock.ts";
import { OpenMailEvent } from "../shared/events.ts";
import { icon } from "../shared/icons.ts";
import { markdownStyles } from "../shared/markdown.ts";
import { errorNotice, notice, noticeStyles } from "../shared/notice.ts";
import { TownElement } from "../shared/town-element.ts";
import { type Box, boxesOf, isBox, isOpen, mailMark, OWN_BOX, waitingIn } from "./boxes.ts";
import { mailStyles } from "./mail.styles.ts";
import { composeForm, deedError, mailRow, statePill, threadMessage } from "./mail-parts.ts";

const LIMIT = 200;

/**
 * @summary Mail of the person who is signed in: inbox, the mayor's inbox, queues and channels; conversations, answers, new messages.
 *
 * @attr message - Id of the message that is open.
 *
 * @fires gastown-open-mail - A message was chosen, or closed.
 *
 * @csspart message - One line of the list.
 * @csspart notice - What is shown when there is nothing to show.
 *
 * @cssproperty --gastown-accent - Colour of what waits. So for every colour in `shared/tokens.ts`.
 */
export class GastownMail extends TownElement {
  static override properties: PropertyDeclarations = {
    ...TownElement.properties,
    message: { type: String },
    box: { state: true },
    all: { state: true },
    composing: { state: true },
    busy: { state: true },
    fault: { state: true },
    said: { state: true },
  };
  static override styles = [baseStyles, noticeStyles, markdownStyles, mailStyles];

  declare message: string | undefined;
  declare box: Box;
  declare all: boolean;
  declare composing: boolean;
  declare busy: boolean;
  declare fault: AppError | undefined;
  /** What the last deed came to, for who cannot see it. */
  declare said: string;

  readonly #clock = new Clock(this, 1_000);
  /** What was opened here stays in the list, although reading it was all that it asked for. */
  readonly #kept = new Set<string>();
  readonly #lists = new Task(this, {
    task: async ([client], { signal }) => client?.api.mailLists(client.town, signal),
    args: () => [this.#ready(), this.#mark()] as const,
  });
  readonly #messages = new Task(this, {
    task: async ([client, box], { signal }) => (client === undefined ? undefined : load(client, box, signal)),
    args: () => [this.#ready(), this.box, this.#mark()] as const,
  });
  readonly #thread = new Task(this, {
    task: async ([client, id], { signal }) =>
      client === undefined || id === undefined ? [] : client.api.mailThread(client.town, id, signal),
    args: () => [this.#ready(), this.message, this.#mark()] as const,
  });

  constructor() {
    super();
    this.box = OWN_BOX;
    this.all = false;
    this.composing = false;
    this.busy = false;
    this.said = "";
  }

  protected override watched(client: TownClient): readonly Readable<unknown>[] {
    return [client.store.beads, client.store.agents];
  }

  #ready(): TownClient | undefined {
    return this.client?.session.value.phase === "ready" ? this.client : undefined;
  }

  #mark(): string {
    return this.client === undefined ? "" : mailMark(this.client.store.beads.value);
  }

  protected override render(): TemplateResult {
    const reading = this.composing || this.message !== undefined;
    return html`
      <section class="side ${reading ? "behind" : ""}" aria-label="Mailboxes">
        <header class="title">
          <h2>${icon("mail")}Mail</h2>
          <div class="end">
            <button class="button primary" @click=${this.#compose}>Write</button>
          </div>
        </header>
        ${this.#boxes()}
        <div class="list">${this.#list()}</div>
      </section>
      <section class="pane ${reading ? "" : "behind"}" aria-label="Message">${this.#pane()}</section>
      <span class="sr-only" role="status">${this.said}</span>
    `;
  }

  #boxes(): TemplateResult {
    const beads = this.client?.store.beads.value ?? new Map();
    return html`
      <nav class="boxes" aria-label="Boxes">
        ${boxesOf(this.#lists.value).map(box => {
          const waiting = waitingIn(beads, box);
          const name = { inbox: "mail", queue: "box", channel: "feed" } as const;
          return html`<button aria-current=${isBox(box, this.box) ? "true" : "false"} title="${box.kind} ${box.label}" @click=${() => this.#choose(box)}>
            ${icon(name[box.kind])}${box.label}${waiting === 0 ? nothing : html`<span class="count">${waiting}</span>`}
          </button>`;
        })}
        ${
          this.box.kind === "inbox"
            ? html`<button class="all" aria-pressed=${this.all ? "true" : "false"} @click=${this.#toggleAll}>Done too</button>`
            : nothing
        }
      </nav>
    `;
  }

  #list(): unknown {
    const { value, error } = this.#messages;
    if (error !== undefined && value === undefined)
      return errorNotice(AppError.from(error), () => void this.#messages.run());
    if (value === undefined) {
      return html`<div class="loading" aria-busy="true" aria-label="Loading mail">${[1, 2, 3].map(() => html`<div class="skeleton"></div>`)}</div>`;
    }
    const shown = value.filter(
      one => this.all || this.box.kind === "channel" || isOpen(one) || this.#kept.has(one.id),
    );
    if (shown.length === 0) return emptyBox(this.box);
    return html`<ul aria-label="Messages">
      ${repeat(
        shown,
        one => one.id,
        one => mailRow(one, this.#clock.now, one.id === this.message, () => this.#open(one)),
      )}
    </ul>`;
  }

  #pane(): unknown {
    if (this.composing) {
      return composeForm({
        addresses: this.#addresses(),
        busy: this.busy,
        error: this.fault,
        send: event => this.#send(event),
        cancel: () => {
          this.composing = false;
          this.fault = undefined;
        },
      });
    }
    if (this.message === undefined) {
      return notice({
        icon: "mail",
        title: "No message is open",
        text: this.said || "Choose one from the list, or write one.",
      });
    }
    const { value, error } = this.#thread;
    if (error !== undefined) return errorNotice(AppError.from(error), () => void this.#thread.run());
    const current = this.#current();
    if (value === undefined || current === undefined)
      return html`<div class="loading" aria-busy="true" aria-label="Loading the message"><div class="skeleton"></div></div>`;
    return html`
      <header class="title">
        <button class="button quiet square back" aria-label="Back to the list" @click=${() => this.#select(undefined)}>${icon("back")}</button>
        <h2 class="ellipsis" title=${current.subject}>${current.subject}</h2>
        ${statePill(current)}
        <div class="end">${this.#deeds(current)}</div>
      </header>
      <div class="thread" tabindex="0" aria-label="Conversation">${repeat(value, one => one.id, threadMessage)}</div>
      ${this.#answer(current)}
    `;
  }

  #deeds(message: MessageView): unknown {
    const { id, queue, owner } = message;
    const button = (label: string, deed: (client: TownClient) => Promise<unknown>) =>
      html`<button class="button" ?disabled=${this.busy} @click=${() => this.#do(`${label}: done.`, deed)}>${label}</button>`;
    if (message.channel !== undefined && owner === undefined) return nothing;
    if (!isOpen(message)) return nothing;
    if (queue !== undefined && owner === undefined)
      return button("Claim", ({ api, town }) => api.mailDo(town, "claim", { id }));
    return html`
      ${queue === undefined ? nothing : button("Release", ({ api, town }) => api.mailRelease(town, id))}
      ${button("Acknowledge", ({ api, town }) => api.mailDo(town, "ack", { ids: [id] }))}
    `;
  }

  #answer(message: MessageView): unknown {
    if (message.owner === undefined) return deedError(this.fault);
    return html`
      <form class="reply" aria-label="Answer" @submit=${(event: SubmitEvent) => this.#reply(event, message)}>
        <textarea name="body" required maxlength="20000" aria-label="Your answer" placeholder="Answer ${message.from}"></textarea>
        ${deedError(this.fault)}
        <div class="deeds">
          <button class="button primary" ?disabled=${this.busy}>Answer</button>
          <label class="check" for="all"><input id="all" type="checkbox" name="all" />to all who had it</label>
        </div>
      </form>
    `;
  }

  #current(): MessageView | undefined {
    const is = (one: MessageView) => one.id === this.message;
    return this.#messages.value?.find(is) ?? this.#thread.value?.find(is) ?? this.#thread.value?.at(-1);
  }

  #addresses(): string[] {
    const { groups = {}, queues = {}, channels = {} } = this.#lists.value ?? {};
    const agents = [...(this.client?.store.agents.value.keys() ?? [])].sort();
    const rigs = [...(this.client?.store.rigs.value.keys() ?? [])].sort().map(rig => `@${rig}`);
    const lists = [groups, queues, channels].flatMap(list => Object.keys(list));
    return ["mayor", ...agents, "@town", "@crew", ...rigs, ...lists];
  }

  #choose(box: Box): void {
    this.box = box;
    this.#kept.clear();
    this.#select(undefined);
  }

  readonly #compose = (): void => {
    this.composing = true;
    this.fault = undefined;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLInputElement>("input[name=to]")?.focus(),
    );
  };

  readonly #toggleAll = (): void => {
    this.all = !this.all;
  };

  #select(id: string | undefined): void {
    this.message = id;
    this.composing = false;
    this.fault = undefined;
    this.dispatchEvent(new OpenMailEvent(id));
  }

  #open(message: MessageView): void {
    this.#select(message.id);
    this.#kept.add(message.id);
    const mine = isBox(this.box, OWN_BOX) && (message.state === "pending" || message.state === "delivered");
    if (mine) void this.#do("", ({ api, town }) => api.mailRead(town, message.id));
  }

  #reply(event: SubmitEvent, message: MessageView): void {
    const form = formOf(event);
    if (form === undefined) return;
    const data = new FormData(form);
    const body = text(data, "body");
    void this.#do(`Answered ${message.from}.`, async ({ api, town }) => {
      await api.mailReply(town, message.id, { body, all: data.has("all") });
      // Answering in one's own name is no deed of the mayor's inbox.
      if (message.owner === "mayor" && isOpen(message)) await api.mailDo(town, "ack", { ids: [message.id] });
      form.reset();
    });
  }

  #send(event: SubmitEvent): void {
    const form = formOf(event);
    if (form === undefined) return;
    const data = new FormData(form);
    const to = text(data, "to")
      .split(",")
      .map(part => part.trim())
      .filter(Boolean);
    const mail = { to, subject: text(data, "subject"), body: text(data, "body") };
    const kind = data.has("task") ? "task" : "notification";
    void this.#do("", async ({ api, town }) => {
      const sent = await api.mailSend(town, { ...mail, kind });
      this.composing = false;
      this.said = `Sent to ${sent.recipients.join(", ")}.`;
    });
  }

  async #do(said: string, deed: (client: TownClient) => Promise<unknown>): Promise<void> {
    const client = this.#ready();
    if (client === undefined) return;
    this.busy = true;
    this.fault = undefined;
    if (this.message !== undefined) this.#kept.add(this.message);
    try {
      await deed(client);
      if (said !== "") this.said = said;
      void this.#messages.run();
      void this.#thread.run();
    } catch (error) {
      this.fault = AppError.from(error);
    } finally {
      this.busy = false;
    }
  }
}

async function load(client: TownClient, box: Box, signal: AbortSignal): Promise<readonly MessageView[]> {
  const { api, town } = client;
  if (box.kind === "channel") return api.channelMail(town, box.name, signal);
  return api.mail(town, { ...(box.name === "" ? {} : { of: box.name }), all: true, limit: LIMIT }, signal);
}

function emptyBox({ kind, name }: Box): TemplateResult {
  if (kind === "queue")
    return notice({
      icon: "box",
      title: "Nothing waits in this queue",
      command: `gt mail send ${name} -s "What" -m "Text" --task`,
    });
  if (kind === "channel")
    return notice({
      icon: "feed",
      title: "Nothing was posted",
      command: `gt mail send ${name} -s "What" -m "Text"`,
    });
  return notice({
    icon: "mail",
    title: "No mail waits",
    text: "Agents write here, and so does the town: that a convoy landed, is stranded, or failed.",
  });
}

function formOf(event: SubmitEvent): HTMLFormElement | undefined {
  event.preventDefault();
  return event.target instanceof HTMLFormElement ? event.target : undefined;
}

function text(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === "string" ? value.trim() : "";
}

declare global {
  interface HTMLElementTagNameMap {
    "gastown-mail": GastownMail;
  }
}
