/** The port `notify`: tells people outside of the board. See `actors/ports.ts`. */
import { parseArgs } from "../../../../actors/kernel/failures.ts";
import type { Port } from "../../../../actors/kernel/host.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { type NotifyAnswer, type NotifyMessage, notifyPortMethods } from "../../../../actors/ports.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { postWebhook } from "../../shared/webhook.ts";
import { readContacts } from "./contacts.ts";
import { type DesktopDeps, showOnDesktop } from "./desktop.ts";
import { sendEmail } from "./email.ts";

export interface NotifyPortOptions extends DesktopDeps {
  /** File of the contacts. */
  readonly contacts: string;
  readonly log: Logger;
}

/** @returns the port; what fails outside is an answer, never an error */
export function createNotifyPort(options: NotifyPortOptions): Port {
  return {
    async call(name, method, args) {
      if (method !== "send")
        throw new AppError("method_not_allowed", `The port notify has no method ${method}.`);
      // SAFETY: `parseArgs` answers what this schema makes of the argument.
      const message = parseArgs(notifyPortMethods.send, args, `notify:${name}`, method) as NotifyMessage;
      const route = name.slice(name.lastIndexOf("/") + 1);
      try {
        return await tell(route, message, options);
      } catch (error) {
        options.log.warn("notification failed", { route, key: message.key, error });
        return { outcome: "failed", reason: wordsOf(error) } satisfies NotifyAnswer;
      }
    },
  };
}

function tell(route: string, message: NotifyMessage, options: NotifyPortOptions): Promise<NotifyAnswer> {
  const contacts = readContacts(options.contacts);
  switch (route) {
    case "webhook":
      return postWebhook(contacts.webhook, message);
    case "email":
      return sendEmail(contacts, message);
    case "desktop":
      return showOnDesktop(contacts, message, options);
    default:
      throw new AppError("not_found", `There is no way "${route}" to tell somebody.`);
  }
}

/** Without addresses and credentials, which errors of servers and of fetch like to repeat. */
function wordsOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  const name = error instanceof Error ? error.name : "Error";
  return name === "TimeoutError" ? "no answer in time" : `it could not be reached (${code ?? name})`;
}
