/** Pull requests on GitHub: opened or adopted, looked at, merged. */
import { z } from "zod";
import type { PullFacts } from "../../../../actors/ports.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import type { GitHub } from "./github.ts";

const MAX_FEEDBACK_CHARS = 12_000;
/** A commit with more checks than fit on these counts as one whose checks run. */
const MAX_PAGES = 10;

const pullSchema = z.object({
  number: z.int().positive(),
  html_url: z.string(),
  state: z.enum(["open", "closed"]),
  merged: z.boolean().optional(),
  merged_at: z.string().nullable().optional(),
  merge_commit_sha: z.string().nullable().optional(),
  draft: z.boolean().optional(),
  mergeable: z.boolean().nullable().optional(),
  mergeable_state: z.string().optional(),
  head: z.object({ sha: z.string(), ref: z.string() }),
  base: z.object({ ref: z.string() }),
});
const reviewSchema = z.object({
  id: z.number(),
  user: z.object({ login: z.string() }).nullable(),
  state: z.string(),
  body: z.string().nullable().optional(),
});
const commentSchema = z.object({
  pull_request_review_id: z.number().nullable().optional(),
  path: z.string().optional(),
  line: z.number().nullable().optional(),
  body: z.string().nullable().optional(),
});
const checksSchema = z.object({
  total_count: z.number(),
  check_runs: z.array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullable() })),
});
const statusSchema = z.object({
  total_count: z.number(),
  statuses: z.array(z.object({ context: z.string(), state: z.string() })),
});
const mergedSchema = z.object({
  merged: z.boolean(),
  sha: z.string().nullable().optional(),
  message: z.string().optional(),
});

/** Conclusions of a check that let a merge pass. */
const GOOD = ["success", "neutral", "skipped"];

export interface NewPull {
  readonly branch: string;
  readonly target: string;
  readonly title: string;
  readonly body: string;
}

/** Opens the pull request of a branch, or adopts the one that is open already. @throws {AppError} */
export async function openPull(
  github: GitHub,
  repo: string,
  { branch, target, title, body }: NewPull,
): Promise<{ number: number; url: string; adopted: boolean }> {
  const found = async () => {
    const head = encodeURIComponent(`${repo.split("/")[0]}:${branch}`);
    const open = await github.list(`/repos/${repo}/pulls?state=open&head=${head}`, pullSchema);
    return open?.find(pull => pull.head.ref === branch && pull.base.ref === target);
  };
  const known = await found();
  if (known !== undefined) return { number: known.number, url: known.html_url, adopted: true };
  try {
    const made = await github.send(
      "POST",
      `/repos/${repo}/pulls`,
      { head: branch, base: target, title, body },
      pullSchema,
    );
    return { number: made.number, url: made.html_url, adopted: false };
  } catch (error) {
    // Opened between the two questions, or by a run whose answer got lost.
    const again = error instanceof AppError && error.code === "unprocessable" ? await found() : undefined;
    if (again === undefined) throw error;
    return { number: again.number, url: again.html_url, adopted: true };
  }
}

/** Everything that decides about its merge. @throws {AppError} */
export async function lookAtPull(github: GitHub, repo: string, number: number): Promise<PullFacts> {
  const pull = await github.get(`/repos/${repo}/pulls/${number}`, pullSchema);
  const merged = pull.merged ?? (pull.merged_at !== undefined && pull.merged_at !== null);
  const base = { url: pull.html_url, head: pull.head.sha, draft: pull.draft ?? false };
  if (merged || pull.state === "closed") {
    const commit = merged ? (pull.merge_commit_sha ?? undefined) : undefined;
    const state = merged ? ("merged" as const) : ("closed" as const);
    return {
      ...base,
      state,
      conflict: false,
      mergeable: false,
      checks: "none",
      failed: [],
      reviews: "none",
      ...(commit === undefined ? {} : { commit }),
    };
  }
  const [checks, reviews] = await Promise.all([
    checksOf(github, repo, pull.head.sha),
    reviewsOf(github, repo, number, pull.mergeable_state === "blocked"),
  ]);
  return {
    ...base,
    state: "open",
    conflict: pull.mergeable === false || pull.mergeable_state === "dirty",
    mergeable:
      pull.mergeable === true && pull.mergeable_state !== "blocked" && pull.mergeable_state !== "behind",
    ...(pull.mergeable_state === "behind" ? { behind: true } : {}),
    ...checks,
    ...reviews,
  };
}

/** Merges exactly this head. Not merged, with the reason, when the forge does not allow it now. @throws {AppError} */
export async function mergePull(
  github: GitHub,
  repo: string,
  { number, head, method, title }: { number: number; head: string; method: string; title: string },
): Promise<{ merged: boolean; commit?: string; reason?: string }> {
  try {
    const body = { sha: head, merge_method: method, commit_title: title };
    const { merged, sha, message } = await github.send(
      "PUT",
      `/repos/${repo}/pulls/${number}/merge`,
      body,
      mergedSchema,
    );
    return {
      merged,
      ...(typeof sha === "string" ? { commit: sha } : {}),
      ...(message === undefined ? {} : { reason: message }),
    };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "conflict") throw error;
    // Merged by a call whose answer got lost, or by a person meanwhile.
    const now = await lookAtPull(github, repo, number);
    if (now.state === "merged" && now.commit !== undefined) return { merged: true, commit: now.commit };
    return { merged: false, reason: error.message };
  }
}

/** Merges the target into its branch, on the forge. Not, with the reason, when the head is another by now. @throws {AppError} */
export async function updatePull(
  github: GitHub,
  repo: string,
  { number, head }: { number: number; head: string },
): Promise<{ updated: boolean; reason?: string }> {
  try {
    const body = { expected_head_sha: head };
    await github.send("PUT", `/repos/${repo}/pulls/${number}/update-branch`, body, z.looseObject({}));
    return { updated: true };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "unprocessable") throw error;
    return { updated: false, reason: error.message };
  }
}

async function checksOf(
  github: GitHub,
  repo: string,
  head: string,
): Promise<Pick<PullFacts, "checks" | "failed">> {
  const commit = `/repos/${repo}/commits/${head}`;
  const runs = await pages(github, `${commit}/check-runs`, checksSchema, answer => answer.check_runs);
  const statuses = await pages(github, `${commit}/status`, statusSchema, answer => answer.statuses);
  const failed = [
    ...runs.items
      .filter(run => run.status === "completed" && !GOOD.includes(run.conclusion ?? ""))
      .map(run => run.name),
    ...statuses.items.filter(one => one.state === "failure" || one.state === "error").map(one => one.context),
  ];
  // What was not read to its end: nobody can say that all of it passed.
  const pending =
    !runs.whole ||
    !statuses.whole ||
    runs.items.some(run => run.status !== "completed") ||
    statuses.items.some(one => one.state === "pending");
  const none = runs.items.length === 0 && statuses.items.length === 0;
  return { failed, checks: failed.length > 0 ? "failed" : pending ? "pending" : none ? "none" : "passed" };
}

/** All items of an answer that counts them and gives them by the page. `whole`: none is missing. @throws {AppError} */
async function pages<S extends z.ZodType<{ readonly total_count: number }>, T>(
  github: GitHub,
  path: string,
  schema: S,
  itemsOf: (answer: z.infer<S>) => readonly T[],
): Promise<{ readonly items: readonly T[]; readonly whole: boolean }> {
  const items: T[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await github.get(`${path}?per_page=100&page=${page}`, schema);
    const more = itemsOf(answer);
    items.push(...more);
    if (items.length >= answer.total_count) return { items, whole: true };
    if (more.length === 0) break;
  }
  return { items, whole: false };
}

async function reviewsOf(
  github: GitHub,
  repo: string,
  number: number,
  blocked: boolean,
): Promise<Pick<PullFacts, "reviews" | "feedback">> {
  const all = await github.list(`/repos/${repo}/pulls/${number}/reviews`, reviewSchema);
  if (all === undefined) return { reviews: "required" };
  const latest = new Map<string, z.infer<typeof reviewSchema>>();
  for (const review of all) {
    if (["APPROVED", "CHANGES_REQUESTED", "DISMISSED"].includes(review.state)) {
      latest.set(review.user?.login ?? "somebody", review);
    }
  }
  const wanted = [...latest.values()].filter(review => review.state === "CHANGES_REQUESTED");
  if (wanted.length > 0) {
    const comments = (await github.list(`/repos/${repo}/pulls/${number}/comments`, commentSchema)) ?? [];
    const text = wanted.flatMap(review => [
      `${review.user?.login ?? "Somebody"} asks for changes:`,
      review.body ?? "",
      ...comments
        .filter(comment => comment.pull_request_review_id === review.id)
        .map(
          comment =>
            `- ${comment.path ?? ""}${comment.line ? `:${comment.line}` : ""}: ${comment.body ?? ""}`,
        ),
      "",
    ]);
    const id = wanted.map(review => review.id).join(",");
    return {
      reviews: "changes_requested",
      feedback: { id, text: text.join("\n").trim().slice(0, MAX_FEEDBACK_CHARS) },
    };
  }
  const approved = [...latest.values()].some(review => review.state === "APPROVED");
  return { reviews: approved ? "approved" : blocked ? "required" : "none" };
}
