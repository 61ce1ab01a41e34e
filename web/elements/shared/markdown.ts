/** Markdown as written by agents and people, made safe: it is data, never a part of the page. */
import DOMPurify from "dompurify";
import { css } from "lit";
import { Marked } from "marked";

/** HTML in the text is shown as it was written, not taken as markup. */
const parser = new Marked({ gfm: true, breaks: false, renderer: { html: ({ text }) => escapeHtml(text) } });

/** Images, forms and styles could call out or imitate the page; nothing in a bead needs them. */
const FORBIDDEN_TAGS = [
  "img",
  "picture",
  "video",
  "audio",
  "source",
  "style",
  "form",
  "button",
  "select",
  "textarea",
  "svg",
  "math",
  "iframe",
  "dialog",
];

/** A fragment to be put into a `.markdown` element. Links open in a new tab and tell nothing about this page. */
export function markdown(text: string): DocumentFragment {
  const dirty = parser.parse(text, { async: false });
  const fragment = DOMPurify.sanitize(dirty, {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: FORBIDDEN_TAGS,
    FORBID_ATTR: ["style", "class", "id", "name"],
    ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  });
  for (const link of fragment.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  for (const box of fragment.querySelectorAll("input")) {
    if (box.type !== "checkbox") box.remove();
    else box.disabled = true;
  }
  for (const block of fragment.querySelectorAll("pre")) block.tabIndex = 0;
  return fragment;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Styles of a `.markdown` element. */
export const markdownStyles = css`
  .markdown {
    font-size: var(--fs-3);
    line-height: 1.6;
    overflow-wrap: anywhere;
  }
  .markdown > * + * {
    margin-top: 0.75em;
  }
  .markdown :is(h1, h2, h3, h4, h5, h6) {
    margin: 1.2em 0 0;
    font-size: var(--fs-3);
    font-weight: 600;
  }
  .markdown :is(h1, h2) {
    font-size: var(--fs-4);
  }
  .markdown > :first-child {
    margin-top: 0;
  }
  .markdown ul,
  .markdown ol {
    padding-left: 1.4em;
    list-style: revert;
  }
  .markdown li + li {
    margin-top: 0.25em;
  }
  .markdown a {
    color: var(--focus);
    text-underline-offset: 3px;
  }
  .markdown code {
    padding: 0.1em 0.35em;
    border-radius: var(--r-1);
    background: var(--sunken);
    font: 0.9em / 1.5 var(--mono);
  }
  .markdown pre {
    padding: var(--s-3);
    border: 1px solid var(--line);
    border-radius: var(--r-2);
    background: var(--sunken);
    overflow-x: auto;
    scrollbar-width: thin;
  }
  .markdown pre code {
    padding: 0;
    background: none;
    font-size: var(--fs-1);
  }
  .markdown blockquote {
    margin: 0;
    padding-left: var(--s-3);
    border-left: 3px solid var(--line-strong);
    color: var(--text-2);
  }
  .markdown table {
    display: block;
    border-collapse: collapse;
    overflow-x: auto;
  }
  .markdown :is(td, th) {
    padding: 4px 10px;
    border: 1px solid var(--line);
    text-align: left;
  }
  .markdown hr {
    border: 0;
    border-top: 1px solid var(--line);
  }
`;
