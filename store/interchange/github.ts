/** Issues of GitHub, from `gh issue list --json ...` or the REST API, as records for the import. */
import type { Comment } from "../schema/bead.ts";
import type { ImportedBead, ReadRecord } from "./record.ts";
import { commentId } from "./record-parts.ts";

/** Keys that only GitHub writes. */
const SIGNS = [
  "createdAt",
  "updatedAt",
  "closedAt",
  "stateReason",
  "state_reason",
  "html_url",
  "isPullRequest",
];
const PLACE = /\/(issues|pull)\/(\d+)(?:[/?#]|$)/;

/** True for a record that is an issue of GitHub rather than a bead. */
export function isGitHubIssue(value: unknown): boolean {
  if (!isObject(value) || "_type" in value || "issue_type" in value || "status" in value) return false;
  if (typeof value.number === "number" && typeof value.title === "string") return true;
  if ("priority" in value) return false;
  const labelled =
    Array.isArray(value.labels) && value.labels.some(label => isObject(label) && "name" in label);
  return (
    labelled ||
    SIGNS.some(key => key in value) ||
    isObject(value.author) ||
    isObject(value.user) ||
    typeof value.body === "string" ||
    (typeof value.state === "string" && /^(open|closed|merged)$/i.test(value.state)) ||
    (typeof value.url === "string" && PLACE.test(value.url))
  );
}

/** Reads one issue; pull requests are refused. Never throws. */
export function readGitHubIssue(value: unknown): ReadRecord {
  if (!isObject(value)) return { kind: "refused", reason: "not a JSON object" };
  const url = text(value.html_url) ?? text(value.url);
  const [, place, inUrl] = PLACE.exec(url ?? "") ?? [];
  const number =
    typeof value.number === "number" ? value.number : inUrl === undefined ? undefined : Number(inUrl);
  const { title } = value;
  if (number === undefined || !Number.isSafeInteger(number))
    return { kind: "refused", reason: "an issue of GitHub without its number: add number to gh --json" };
  if (typeof title !== "string" || title.trim() === "")
    return { kind: "refused", reason: `#${number} has no title: add title to gh --json` };
  if (isObject(value.pull_request) || value.isPullRequest === true || place === "pull")
    return { kind: "refused", reason: `#${number} is a pull request` };
  const labels = names(value.labels, "name");
  const closed = text(value.state)?.toLowerCase() === "closed";
  const created = time(value.createdAt ?? value.created_at);
  const updated = time(value.updatedAt ?? value.updated_at) ?? created;
  const closedAt = time(value.closedAt ?? value.closed_at) ?? updated;
  const author = login(value.author ?? value.user);
  const assignees = names(value.assignees, "login");
  const [assignee] = assignees;
  const milestone = isObject(value.milestone) ? text(value.milestone.title) : undefined;
  const description = text(value.body)?.replace(/\r\n/g, "\n").trim();
  const bead: ImportedBead = {
    title: title.trim(),
    ...(description === undefined || description === "" ? {} : { description }),
    status: closed ? "closed" : "open",
    priority: priorityOf(labels),
    issue_type: typeOf(labels),
    ...(assignee === undefined ? {} : { assignee }),
    ...(author === undefined ? {} : { created_by: author }),
    ...(created === undefined ? {} : { created_at: created }),
    ...(updated === undefined ? {} : { updated_at: updated }),
    ...(closed && closedAt !== undefined ? { closed_at: closedAt, close_reason: reasonOf(value) } : {}),
    external_ref: `gh-${number}`,
    source_system: "github",
    ...(labels.length === 0 ? {} : { labels }),
    ...(url === undefined && milestone === undefined && assignees.length < 2
      ? {}
      : {
          metadata: {
            ...(url === undefined ? {} : { github_url: url }),
            ...(milestone === undefined ? {} : { milestone }),
            // A bead has one assignee: the first; all of them stand here.
            ...(assignees.length < 2 ? {} : { github_assignees: assignees }),
          },
        }),
    ...comments(value.comments, `gh-${number}`),
  };
  return { kind: "bead", bead };
}

function typeOf(labels: readonly string[]): string {
  const words = labels.map(label => label.toLowerCase().replace(/^(type|kind)[:/ ]+/, ""));
  const kinds: Readonly<Record<string, string>> = {
    bug: "bug",
    defect: "bug",
    enhancement: "feature",
    feature: "feature",
    epic: "epic",
    chore: "chore",
    documentation: "chore",
    docs: "chore",
    task: "task",
  };
  return words.map(word => kinds[word]).find(kind => kind !== undefined) ?? "task";
}

function priorityOf(labels: readonly string[]): number {
  const words: Readonly<Record<string, number>> = {
    critical: 0,
    urgent: 0,
    high: 1,
    medium: 2,
    low: 3,
    backlog: 4,
  };
  for (const label of labels) {
    const match = /^(?:priority[:/ -]*)?(?:p([0-4])|(critical|urgent|high|medium|low|backlog))$/i.exec(label);
    if (match !== null)
      return match[1] === undefined ? (words[match[2]?.toLowerCase() ?? ""] ?? 2) : Number(match[1]);
  }
  return 2;
}

function reasonOf(value: Readonly<Record<string, unknown>>): string {
  const reason = text(value.stateReason ?? value.state_reason)
    ?.toLowerCase()
    .replace(/_/g, " ");
  return reason === undefined || reason === "completed" ? "Closed on GitHub" : `Closed on GitHub: ${reason}`;
}

/** `comments` is a list in the output of gh, and a number in the REST API. */
function comments(value: unknown, owner: string): { comments?: Comment[] } {
  if (!Array.isArray(value)) return {};
  const list = value.filter(isObject).flatMap(raw => {
    const body = text(raw.body)?.replace(/\r\n/g, "\n");
    const at = time(raw.createdAt ?? raw.created_at);
    if (body === undefined || body.trim() === "" || at === undefined) return [];
    const author = login(raw.author ?? raw.user) ?? "ghost";
    return [{ id: commentId(owner, author, at, body), issue_id: "", author, text: body, created_at: at }];
  });
  return list.length === 0 ? {} : { comments: list };
}

function names(value: unknown, key: string): string[] {
  if (!Array.isArray(value)) return [];
  const found = value
    .map(item => (isObject(item) ? item[key] : item))
    .filter((name): name is string => typeof name === "string" && name !== "");
  return [...new Set(found)];
}

function login(value: unknown): string | undefined {
  return isObject(value) ? text(value.login) : text(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function time(value: unknown): string | undefined {
  const at = typeof value === "string" && !value.startsWith("0001-") ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
