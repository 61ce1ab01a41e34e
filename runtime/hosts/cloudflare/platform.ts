/**
 * The part of the Workers platform that this host uses, in types of our own: the platform's own package declares globals
 * that contradict those of Bun and of browsers, and this is a small part of it.
 */

/** SQLite of one Durable Object. */
export interface SqlStorage {
  exec(sql: string, ...values: readonly unknown[]): { toArray(): Record<string, unknown>[] };
}

/** Storage of one Durable Object. Writes without an `await` between them are stored together or not at all. */
export interface ObjectStorage {
  readonly sql: SqlStorage;
  transactionSync<T>(body: () => T): T;
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
  /** Resolves when everything written so far is durable. */
  sync(): Promise<void>;
}

/** One end of a WebSocket. */
export interface PlatformSocket {
  accept(): void;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close" | "error", listener: () => void): void;
}

/** What a Durable Object is given by the platform. */
export interface ObjectState {
  /** `name` is what the id was made of. */
  readonly id: { readonly name?: string | undefined };
  readonly storage: ObjectStorage;
  /** Takes a socket over that outlives the eviction of the object. */
  acceptWebSocket(socket: PlatformSocket): void;
  getWebSockets(): PlatformSocket[];
  /** Ends this instance at once; the next call makes another one. */
  abort(reason?: string): void;
}

/** A Durable Object as others see it. */
export interface ObjectStub {
  call(method: string, args: unknown, meta: WireMeta): Promise<Answer>;
  port(kind: string, name: string, method: string, args: unknown, meta: WireMeta): Promise<Answer>;
  fetch(url: string, init?: { readonly headers?: Record<string, string> }): Promise<PlatformResponse>;
}

/** Metadata of a call, as it crosses. */
export interface WireMeta {
  readonly chain: readonly string[];
  readonly deadline: number;
  readonly from?: string;
  readonly seq?: number;
}

/** What an object answers: errors cross as values, since thrown ones lose their code on the way. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** A response that may carry a WebSocket. */
export interface PlatformResponse {
  readonly status: number;
  readonly webSocket?: PlatformSocket | null;
}

/** The binding of one class of Durable Objects. */
export interface ObjectNamespace {
  getByName(name: string): ObjectStub;
}

/** An object in a bucket, without its content. */
export interface BucketObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly uploaded: Date;
}

/** A bucket of object storage. */
export interface Bucket {
  get(
    key: string,
    options?: { readonly range?: { readonly offset: number; readonly length: number } },
  ): Promise<(BucketObject & { arrayBuffer(): Promise<ArrayBuffer> }) | null>;
  /** Null when the condition does not hold. */
  put(
    key: string,
    value: Uint8Array,
    options?: { readonly onlyIf?: { readonly etagMatches?: string; readonly etagDoesNotMatch?: string } },
  ): Promise<BucketObject | null>;
  delete(keys: string | string[]): Promise<void>;
  list(options: { readonly prefix: string; readonly cursor?: string }): Promise<{
    readonly objects: readonly BucketObject[];
    readonly truncated: boolean;
    readonly cursor?: string;
  }>;
}

/** Static files that were deployed along. */
export interface AssetsBinding {
  fetch(request: Request): Promise<Response>;
}

/** Makes the two ends of a WebSocket. */
export interface SocketPairConstructor {
  new (): { readonly 0: PlatformSocket; readonly 1: PlatformSocket };
}
