/** An http client for git servers, on `fetch`. */
import type { HttpClient, HttpRequest } from "../../../store/sync/index.ts";

/** The client. Proxies of the environment are followed; redirects lose credentials when they lead elsewhere. */
export const fetchHttpClient: HttpClient = {
  async request({ url, method = "GET", headers = {}, body, signal }: HttpRequest) {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: await collect(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      url: response.url,
      method,
      statusCode: response.status,
      statusMessage: response.statusText,
      headers: Object.fromEntries(response.headers),
      body: readBody(response),
    };
  },
};

async function collect(body: NonNullable<HttpRequest["body"]>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of body) parts.push(new Uint8Array(part));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function* readBody(response: Response): AsyncIterableIterator<Uint8Array> {
  if (response.body === null) return;
  for await (const part of response.body) yield part;
}
