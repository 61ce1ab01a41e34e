/** An escalation as a JSON body to a URL, signed. */
import type { NotifyAnswer, NotifyMessage } from "../../../actors/ports.ts";

const TIMEOUT_MS = 10_000;

/** Where a webhook is. */
export interface WebhookContact {
  readonly url: string;
  /** Key of the signature. */
  readonly secret?: string | undefined;
}

/** `sha256=` and the HMAC of the body in hexadecimal; what the receiver compares. */
export async function signature(secret: string, body: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(body)));
  return `sha256=${[...mac].map(byte => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Posts it. Any answer outside of 200 to 299 is a failure; redirects are not followed, since the body is not theirs. */
export async function postWebhook(
  webhook: WebhookContact | undefined,
  message: NotifyMessage,
): Promise<NotifyAnswer> {
  if (webhook === undefined) return { outcome: "skipped", reason: "no webhook is set up" };
  const { key, ...escalation } = message;
  const body = JSON.stringify({ event: "escalation", delivery: key, escalation });
  const response = await fetch(webhook.url, {
    method: "POST",
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      "content-type": "application/json",
      "user-agent": "gastown",
      "x-gastown-event": "escalation",
      "x-gastown-delivery": key,
      ...(webhook.secret === undefined
        ? {}
        : { "x-gastown-signature": await signature(webhook.secret, body) }),
    },
  });
  await response.body?.cancel();
  if (response.ok) return { outcome: "sent" };
  return { outcome: "failed", reason: `the webhook answered ${response.status}` };
}
