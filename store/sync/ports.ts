/** What the exchange with remotes takes from its host, beside what the branch takes. All of it may be absent. */

/** The git program, for remotes. */
export interface RemoteGit {
  /**
   * Runs `git --git-dir=<gitDir> <args>`, never through a shell, with the user's ssh and credential settings but without
   * asking anything on the terminal unless the host allows it. Rejects when it can not be started, or was aborted.
   */
  run(
    gitDir: string,
    args: readonly string[],
    options?: { readonly input?: Uint8Array | string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<GitResult>;
}

/** How a run of git ended. */
export interface GitResult {
  readonly code: number;
  readonly stdout: Uint8Array;
  /** In English. */
  readonly stderr: string;
}

/** An http client in the shape that isomorphic-git takes. Redirects are followed; the response says where it ended. */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpRequest {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: Iterable<Uint8Array> | AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  /** The URL after redirects. */
  readonly url: string;
  readonly method: string;
  readonly statusCode: number;
  readonly statusMessage: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: AsyncIterableIterator<Uint8Array>;
}

/** User name and password or token. */
export interface Credential {
  readonly username: string;
  readonly password: string;
}

/** The user's git credential helpers. */
export interface CredentialPort {
  /** Undefined when no helper knows one. The repository may have helpers of its own. */
  fill(gitDir: string, url: string): Promise<Credential | undefined>;
  /** It worked: helpers may keep it. */
  approve(gitDir: string, url: string, credential: Credential): Promise<void>;
  /** It was refused: helpers should forget it. */
  reject(gitDir: string, url: string, credential: Credential): Promise<void>;
}

/** See the file comment. */
export interface SyncPorts {
  readonly git?: RemoteGit | undefined;
  readonly http?: HttpClient | undefined;
  readonly credentials?: CredentialPort | undefined;
}
