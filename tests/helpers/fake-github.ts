/**
 * A GitHub on loopback, with answers in the shapes that the real one gives (recorded from its API, cut down to the fields
 * that anybody reads). It knows one repository, whose git side is a bare repository; tests let things happen to it.
 */
export interface FakePull {
  readonly number: number;
  readonly branch: string;
  readonly target: string;
  readonly title: string;
  readonly body: string;
  state: "open" | "closed";
  mergedAs: string | undefined;
  draft: boolean;
  mergeable: boolean | null;
  mergeableState: string;
  readonly reviews: {
    readonly id: number;
    readonly user: string;
    readonly state: string;
    readonly body: string;
  }[];
  readonly comments: {
    readonly review: number;
    readonly path: string;
    readonly line: number;
    readonly body: string;
  }[];
  checks: { name: string; status: string; conclusion: string | null }[];
  statuses: { context: string; state: string }[];
}

export interface FakeGitHub {
  readonly url: string;
  readonly pulls: FakePull[];
  /** Workflow runs by number. */
  readonly runs: Map<number, { status: string; conclusion: string | null }>;
  /** Method, path and status of every request, in order. */
  readonly requests: { readonly method: string; readonly path: string; readonly status: number }[];
  /** Answers the next requests otherwise. */
  readonly next: Response[];
  stop(): Promise<void>;
}

export interface FakeGitHubOptions {
  readonly token: string;
  /** Head of a branch of the repository, undefined when there is none. */
  head(branch: string): string | undefined;
  /** Merges a branch into another, answers the commit. */
  merge(branch: string, target: string): string;
  /** A pull request was opened: what else happens to it before anybody looks. */
  opened?(pull: FakePull): void;
  /** Merges the target into a branch. */
  update?(branch: string, target: string): void;
}

const REPO = "/repos/me/web";

export function fakeGitHub(options: FakeGitHubOptions): FakeGitHub {
  const pulls: FakePull[] = [];
  const runs: FakeGitHub["runs"] = new Map();
  const requests: FakeGitHub["requests"] = [];
  const next: Response[] = [];

  const shown = (pull: FakePull) => ({
    url: `${REPO}/pulls/${pull.number}`,
    number: pull.number,
    html_url: `https://github.example/me/web/pull/${pull.number}`,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    merged: pull.mergedAs !== undefined,
    merged_at: pull.mergedAs === undefined ? null : "2026-01-01T00:00:00Z",
    merge_commit_sha: pull.mergedAs ?? null,
    mergeable: pull.mergeable,
    mergeable_state: pull.mergeableState,
    head: { ref: pull.branch, sha: options.head(pull.branch) ?? "0".repeat(40), label: `me:${pull.branch}` },
    base: { ref: pull.target },
  });

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const path = url.pathname;
    if (request.headers.get("authorization") !== `token ${options.token}`) {
      return json(
        { message: "Bad credentials", documentation_url: "https://docs.github.com/rest", status: "401" },
        401,
      );
    }
    const queued = next.shift();
    if (queued !== undefined) return queued;
    const page = Number(url.searchParams.get("page") ?? 1);
    const size = Math.min(100, Number(url.searchParams.get("per_page") ?? 30));
    const onPage = (items: readonly unknown[]) => items.slice((page - 1) * size, page * size);
    const paged = (items: readonly unknown[]) => json(onPage(items));
    if (path === `${REPO}/pulls` && request.method === "GET") {
      const head = url.searchParams.get("head");
      return paged(pulls.filter(pull => pull.state === "open" && `me:${pull.branch}` === head).map(shown));
    }
    if (path === `${REPO}/pulls` && request.method === "POST") {
      const { head, base, title, body } = (await request.json()) as Record<
        "head" | "base" | "title" | "body",
        string
      >;
      if (
        options.head(head) === undefined ||
        pulls.some(one => one.branch === head && one.state === "open")
      ) {
        return json(
          { message: "Validation Failed", errors: [{ resource: "PullRequest", code: "invalid" }] },
          422,
        );
      }
      const pull: FakePull = {
        number: pulls.length + 1,
        branch: head,
        target: base,
        title,
        body,
        state: "open",
        mergedAs: undefined,
        draft: false,
        mergeable: true,
        mergeableState: "clean",
        reviews: [],
        comments: [],
        checks: [],
        statuses: [],
      };
      pulls.push(pull);
      options.opened?.(pull);
      return json(shown(pull), 201);
    }
    const run = runs.get(Number(new RegExp(`^${REPO}/actions/runs/(\\d+)$`).exec(path)?.[1]));
    if (run !== undefined) return json({ id: 1, name: "CI", event: "push", ...run });
    const commit = new RegExp(`^${REPO}/commits/([0-9a-f]+)/(check-runs|status)$`).exec(path);
    if (commit !== null) {
      const pull = pulls.find(one => options.head(one.branch) === commit[1]);
      if (commit[2] === "status") {
        const statuses = pull?.statuses ?? [];
        const bad = statuses.some(one => one.state === "failure" || one.state === "error");
        const open = statuses.length === 0 || statuses.some(one => one.state === "pending");
        const state = bad ? "failure" : open ? "pending" : "success";
        return json({ state, statuses: onPage(statuses), total_count: statuses.length });
      }
      return json({ total_count: pull?.checks.length ?? 0, check_runs: onPage(pull?.checks ?? []) });
    }
    const match = new RegExp(`^${REPO}/pulls/(\\d+)(/reviews|/comments|/merge|/update-branch)?$`).exec(path);
    const pull = pulls.find(one => one.number === Number(match?.[1]));
    if (match === null || pull === undefined) return json({ message: "Not Found", status: "404" }, 404);
    switch (match[2]) {
      case "/reviews":
        return paged(pull.reviews.map(({ user, ...review }) => ({ ...review, user: { login: user } })));
      case "/comments":
        return paged(
          pull.comments.map(({ review, ...comment }) => ({ ...comment, pull_request_review_id: review })),
        );
      case "/update-branch": {
        const { expected_head_sha } = (await request.json()) as { expected_head_sha: string };
        if (expected_head_sha !== options.head(pull.branch))
          return json({ message: "expected head sha didn't match current head ref." }, 422);
        pull.mergeableState = "clean";
        options.update?.(pull.branch, pull.target);
        return json({ message: "Updating pull request branch.", url: "https://github.example" }, 202);
      }
      case "/merge": {
        const { sha } = (await request.json()) as { sha: string };
        if (pull.mergedAs !== undefined) return json({ message: "Pull Request is not mergeable" }, 405);
        if (sha !== options.head(pull.branch)) {
          return json({ message: "Head branch was modified. Review and try the merge again." }, 409);
        }
        pull.mergedAs = options.merge(pull.branch, pull.target);
        pull.state = "closed";
        return json({ sha: pull.mergedAs, merged: true, message: "Pull Request successfully merged" });
      }
      default:
        return json(shown(pull));
    }
  };

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const response = await tagged(request, await answer(request));
      const { pathname } = new URL(request.url);
      requests.push({ method: request.method, path: pathname, status: response.status });
      return response;
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    pulls,
    runs,
    requests,
    next,
    stop: () => server.stop(true),
  };
}

/** With the tag of its content; 304 for one that is known. */
async function tagged(request: Request, response: Response): Promise<Response> {
  if (request.method !== "GET" || response.status !== 200) return response;
  const text = await response.text();
  const etag = `W/"${Bun.hash(text).toString(16)}"`;
  if (request.headers.get("if-none-match") === etag)
    return new Response(null, { status: 304, headers: { etag } });
  return new Response(text, { headers: { ...Object.fromEntries(response.headers), etag } });
}

function json(value: unknown, status = 200): Response {
  return Response.json(value, {
    status,
    headers: {
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "4999",
      "x-ratelimit-reset": "1790000000",
    },
  });
}
