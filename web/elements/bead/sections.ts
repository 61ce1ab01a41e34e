/** Parts of the bead's detail that need nothing but what they are given. */
import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { BeadView, MergeRequestView } from "../../../runtime/gateway/contract/views.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { age, moment, shortCommit } from "../shared/format.ts";
import { icon } from "../shared/icons.ts";
import { markdown } from "../shared/markdown.ts";
import { beadState, mergeState } from "../shared/state-words.ts";
import { historyText, readHistory } from "./history.ts";

/** Opens another bead. */
type Open = (bead: string) => void;

/** A titled text in Markdown; nothing when it is empty. */
export function textSection(title: string, text: string | undefined): TemplateResult | typeof nothing {
  if (text === undefined || text.trim() === "") return nothing;
  return html`<section><h3>${title}</h3><div class="markdown">${guard([text], () => markdown(text))}</div></section>`;
}

/** What it needs and what needs it, each by its present state. */
export function dependencySection(
  view: BeadView,
  beads: ReadonlyMap<string, Bead>,
  open: Open,
): TemplateResult | typeof nothing {
  const needs = (view.bead.dependencies ?? []).map(edge => ({
    id: edge.depends_on_id,
    type: needWord(edge.type),
  }));
  const needed = view.dependents.map(edge => ({ id: edge.id, type: dependentWord(edge.type) }));
  if (needs.length + needed.length === 0) return nothing;
  return html`
    <section>
      <h3>Dependencies</h3>
      <ul class="edges">
        ${[...needs, ...needed].map(edge => edgeTemplate(edge, beads.get(edge.id), open))}
      </ul>
    </section>
  `;
}

function edgeTemplate(
  edge: { id: string; type: string },
  bead: Bead | undefined,
  open: Open,
): TemplateResult {
  const state = beadState(bead?.status ?? "closed");
  return html`
    <li class="tone-${state.tone}">
      ${icon(state.icon)}
      <button class="link mono" @click=${() => open(edge.id)}>${edge.id}</button>
      <span class="ellipsis">${bead?.title ?? ""}</span>
      <span class="type">${edge.type}${bead === undefined ? "" : `, ${state.word.toLowerCase()}`}</span>
    </li>
  `;
}

function needWord(type: string): string {
  if (type === "blocks" || type === "conditional-blocks") return "comes first";
  if (type === "parent-child") return "parent";
  return type.replaceAll("-", " ");
}

function dependentWord(type: string): string {
  if (type === "blocks" || type === "conditional-blocks") return "waits for this";
  if (type === "parent-child") return "child";
  return `${type.replaceAll("-", " ")} this`;
}

/** Every submission of the bead, the latest first. */
export function requestSection(requests: readonly MergeRequestView[]): TemplateResult | typeof nothing {
  if (requests.length === 0) return nothing;
  const sorted = [...requests].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  return html`
    <section>
      <h3>${sorted.length === 1 ? "Merge request" : "Merge requests"}</h3>
      <ul class="requests">
        ${sorted.map(requestTemplate)}
      </ul>
    </section>
  `;
}

function requestTemplate(request: MergeRequestView): TemplateResult {
  const state = mergeState(request.state);
  const commit = request.merge_commit;
  return html`
    <li class="tone-${state.tone}">
      <span class="pill">${icon(state.icon)}${state.word}</span>
      <span class="ref mono ellipsis" title=${request.branch}>${request.branch} → ${request.target}</span>
      <span class="detail">
        Submitted <span class="mono" title=${request.head}>${shortCommit(request.head)}</span>
        ${commit === undefined ? nothing : html`, merged as <span class="mono" title=${commit}>${shortCommit(commit)}</span>`}
      </span>
      ${request.reason === undefined ? nothing : html`<pre tabindex="0">${request.reason}</pre>`}
    </li>
  `;
}

/** What commits say about it, newest first. */
export function historySection(events: readonly unknown[], now: number): TemplateResult | typeof nothing {
  const history = readHistory(events);
  if (history.length === 0) return nothing;
  return html`
    <section>
      <h3>History</h3>
      <ul class="history">
        ${history.map(
          event => html`
            <li>
              <span><b>${event.actor ?? "somebody"}</b> ${historyText(event)}</span>
              ${event.at === undefined ? nothing : html`<time datetime=${event.at} title=${moment(event.at)}>${age(Date.parse(event.at), now)}</time>`}
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}

/** What was said about it, oldest first. */
export function commentList(bead: Bead, now: number): readonly TemplateResult[] {
  return (bead.comments ?? []).map(
    comment => html`
      <div class="comment" data-comment=${comment.id}>
        <div class="by"><b>${comment.author}</b><time datetime=${comment.created_at} title=${moment(comment.created_at)}>${age(Date.parse(comment.created_at), now)}</time></div>
        <div class="markdown">${guard([comment.text], () => markdown(comment.text))}</div>
      </div>
    `,
  );
}
