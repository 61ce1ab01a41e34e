/** An escalation as a mail, by SMTP. */
import type { NotifyAnswer, NotifyMessage } from "../../../../actors/ports.ts";
import type { Contacts } from "./contacts.ts";

const TIMEOUT_MS = 10_000;
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** Sends it to all recipients. The same notification sent twice has the same message id, by which mail programs can tell. */
export async function sendEmail(contacts: Contacts, message: NotifyMessage): Promise<NotifyAnswer> {
  const { email } = contacts;
  if (email === undefined) return { outcome: "skipped", reason: "no email is set up" };
  const { createTransport } = await import("nodemailer");
  const { host, port, secure, user, password, from, to } = email;
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: !secure && !LOOPBACK.includes(host),
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: `[${message.town}] ${message.severity}: ${message.title}`,
      messageId: `<${message.key.replaceAll("/", ".")}.${message.town}@gastown>`,
      headers: { "X-Gastown-Escalation": message.id, "Auto-Submitted": "auto-generated" },
      text: bodyOf(message),
    });
    return { outcome: "sent" };
  } finally {
    transport.close();
  }
}

function bodyOf({
  id,
  town,
  severity,
  category,
  source,
  title,
  text,
  level,
  raised_at,
}: NotifyMessage): string {
  const again = level === 0 ? [] : [`Nobody took it in hand: this is reminder ${level}.`, ""];
  return [
    title,
    "",
    ...again,
    ...(text === "" ? [] : [text, ""]),
    `Town ${town}, escalation ${id}: ${severity}, ${category}, about ${source}, since ${raised_at}.`,
    `Take it in hand with: gt escalation ack ${id}`,
    "",
  ].join("\n");
}
