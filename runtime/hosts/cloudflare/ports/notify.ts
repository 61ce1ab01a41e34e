/** The port `notify`: escalations go out by webhook; a Worker has no desktop, and speaks no SMTP. See `actors/ports.ts`. */
import { parseArgs } from "../../../../actors/kernel/failures.ts";
import type { Port } from "../../../../actors/kernel/host.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { type NotifyAnswer, notifyPortMethods } from "../../../../actors/ports.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { postWebhook, type WebhookContact } from "../../shared/webhook.ts";

/** What fails outside is an answer, never an error. */
export function notifyPort(webhook: () => WebhookContact | undefined, log: Logger): Port {
  return {
    async call(name, method, args): Promise<NotifyAnswer> {
      if (method !== "send")
        throw new AppError("method_not_allowed", `The port notify has no method ${method}.`);
      const message = notifyPortMethods.send.parse(
        parseArgs(notifyPortMethods.send, args, `notify:${name}`, method),
      );
      const route = name.slice(name.lastIndexOf("/") + 1);
      if (route !== "webhook") return { outcome: "skipped", reason: `there is no ${route} on Cloudflare` };
      try {
        return await postWebhook(webhook(), message);
      } catch (error) {
        log.warn("notification failed", { route, key: message.key, error });
        return { outcome: "failed", reason: "it could not be reached" };
      }
    },
  };
}
