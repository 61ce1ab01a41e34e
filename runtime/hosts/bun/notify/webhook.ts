/** An escalation as a JSON body to a URL, signed. */
import type { NotifyAnswer, NotifyMessage } from "../../../../actors/ports.ts";
import type { Contacts } from "./contacts.ts";

const TIMEOUT_MS = 10_000;

/** `sha256=` and the HMAC of the body in hexadecimal; what the receiver compares. */
export function signature(secret: string, body: string): string {
  return `sha256=${new Bun.CryptoHasher("sha256", secret).update(body).digest("hex")}`;
}

/** Posts it. Any answer outside of 200 to 299 is a failure; redirects are not followed, since the body is not theirs. */
export async function postWebhook(contacts: Contacts, message: NotifyMessage): Promise<NotifyAnswer> {
  const { webhook } = contacts;
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
      ...(webhook.secret === undefined ? {} : { "x-gastown-signature": signature(webhook.secret, body) }),
    },
  });
  await response.body?.cancel();
  if (response.ok) return { outcome: "sent" };
  return { outcome: "failed", reason: `the webhook answered ${response.status}` };
}
