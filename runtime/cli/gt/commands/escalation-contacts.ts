/** `gt escalation contacts`: whom to tell outside of the town. Kept in the town's secrets, and shown without what is secret. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import {
  CONTACTS_FILE,
  type Contacts,
  contactsSchema,
  readContacts,
  writeContacts,
} from "../../../hosts/bun/notify/contacts.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { isTown } from "../../lib/town-folder.ts";
import type { GtContext } from "../context.ts";

const READABLE = ["webhook", "secret", "password"] as const;
const UNSETTABLE = ["webhook", "secret", "email", "user"] as const;
const SMTPS_PORT = 465;

export const escalationContacts = defineCommand<GtContext>()({
  summary: "Shows or sets where escalations go by webhook, email and desktop",
  description:
    "Kept in secrets/notify.json of the town's folder, for its owner alone; a running town reads it anew each time. What is secret is read from standard input with --read, never from the command line, and is never shown. Which severity goes which way: `gt escalation settings`.",
  examples: [
    { line: "gt escalation contacts" },
    { line: "gt escalation contacts --read webhook < url.txt" },
    { line: "gt escalation contacts --read secret < key.txt", note: "signs what the webhook is sent" },
    {
      line: "gt escalation contacts --smtp mail.example.com:587 --user ada --from town@example.com --to ada@example.com --read password < password.txt",
    },
    { line: "gt escalation contacts --unset email --desktop off" },
  ],
  flags: {
    webhook: {
      type: "string",
      value: "url",
      summary: "posts to this address; one with a token in it is better read with --read webhook",
    },
    smtp: { type: "string", value: "host[:port]", summary: "mails by this server (port 587)" },
    tls: { type: "boolean", summary: "TLS from the first byte, as is usual on port 465; else STARTTLS" },
    user: { type: "string", summary: "user name at the mail server" },
    from: { type: "string", value: "address", summary: "sender of the mails" },
    to: { type: "string", multiple: true, commas: true, value: "address", summary: "who gets them" },
    desktop: { type: "string", choices: ["on", "off"], summary: "notifications on this machine's desktop" },
    read: { type: "string", choices: READABLE, summary: "what standard input holds" },
    unset: { type: "string", multiple: true, commas: true, choices: UNSETTABLE, summary: "takes it away" },
  },
  async run({ flags }, context) {
    const dir = context.townDir;
    if (!isTown(dir)) {
      throw new AppError("not_found", `There is no town in ${dir}.`, { hint: "Name one with --town." });
    }
    const file = join(dir, "secrets", CONTACTS_FILE);
    const { unset, to, ...single } = flags;
    const changes =
      unset.length > 0 || to.length > 0 || Object.values(single).some(value => value !== undefined);
    let contacts = readContacts(file);
    if (changes) {
      contacts = changed(contacts, flags, flags.read === undefined ? "" : await secretFrom(context));
      mkdirSync(join(dir, "secrets"), { recursive: true, mode: 0o700 });
      writeContacts(file, contacts);
    }
    const shown = withoutSecrets(contacts);
    context.print({ ...shown, file }, () => linesOf(shown, file));
    return undefined;
  },
});

interface Wanted {
  readonly webhook?: string | undefined;
  readonly smtp?: string | undefined;
  readonly tls?: boolean | undefined;
  readonly user?: string | undefined;
  readonly from?: string | undefined;
  readonly to: readonly string[];
  readonly desktop?: string | undefined;
  readonly read?: string | undefined;
  readonly unset: readonly string[];
}

async function secretFrom({ io }: GtContext): Promise<string> {
  const text = (await io.readStdin()).trim();
  if (text === "" || /[\r\n]/.test(text)) throw usageError("Standard input is to hold one line.");
  return text;
}

/** The contacts with what was asked for. @throws {AppError} invalid_argument when they do not fit, or lack something */
function changed(contacts: Contacts, wanted: Wanted, secret: string): Contacts {
  const { unset } = wanted;
  const webhook = unset.includes("webhook") ? undefined : webhookOf(contacts.webhook, wanted, secret);
  const email = unset.includes("email") ? undefined : emailOf(contacts.email, wanted, secret);
  const parsed = contactsSchema.safeParse({
    ...(webhook === undefined ? {} : { webhook }),
    ...(email === undefined ? {} : { email }),
    desktop: wanted.desktop === undefined ? contacts.desktop : wanted.desktop === "on",
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // What was given is not repeated: it may be secret.
  throw usageError(
    `${issue?.path.join(".")} does not fit: ${issue?.message}.`,
    "See `gt escalation contacts --help`.",
  );
}

function webhookOf(before: Contacts["webhook"], wanted: Wanted, secret: string): object | undefined {
  const url = wanted.read === "webhook" ? secret : (wanted.webhook ?? before?.url);
  const key = wanted.unset.includes("secret")
    ? undefined
    : wanted.read === "secret"
      ? secret
      : before?.secret;
  if (url === undefined) {
    if (wanted.read === "secret")
      throw usageError("There is no webhook to sign for.", "Name it with --webhook.");
    return undefined;
  }
  return { url, ...(key === undefined ? {} : { secret: key }) };
}

function emailOf(before: Contacts["email"], wanted: Wanted, secret: string): object | undefined {
  const { smtp, tls, user, from, to, read, unset } = wanted;
  const given = { ...(user === undefined ? {} : { user }), ...(from === undefined ? {} : { from }) };
  const server = smtp === undefined ? {} : serverOf(smtp);
  const asked = [smtp, tls, user, from].some(value => value !== undefined) || to.length > 0;
  if (before === undefined && !asked && read !== "password") return undefined;
  const email = {
    ...before,
    ...server,
    ...(tls === undefined ? {} : { secure: tls }),
    ...given,
    ...(to.length === 0 ? {} : { to: [...to] }),
    ...(read === "password" ? { password: secret } : {}),
  };
  const missing = (["host", "from", "to"] as const).filter(key => email[key] === undefined);
  if (missing.length > 0) {
    const flags = missing.map(key => (key === "host" ? "--smtp" : `--${key}`));
    throw usageError(`Mails need ${flags.join(", ")} too.`);
  }
  if (!unset.includes("user")) return email;
  const { user: _user, password: _password, ...nobody } = email;
  return nobody;
}

function serverOf(smtp: string): { host: string; port?: number; secure?: boolean } {
  const [, host, digits] = /^(\[[^\]]+\]|[^:\s]+)(?::(\d{1,5}))?$/.exec(smtp) ?? [];
  if (host === undefined)
    throw usageError(`"${smtp}" is no mail server.`, "For example: mail.example.com:587.");
  const bare = host.replaceAll(/^\[|\]$/g, "");
  if (digits === undefined) return { host: bare, port: 587, secure: false };
  return { host: bare, port: Number(digits), secure: Number(digits) === SMTPS_PORT };
}

/** As people see it. Of a webhook the path and the query may be its token. */
function withoutSecrets({ webhook, email, desktop }: Contacts) {
  const mail = email && mailWithoutPassword(email);
  return {
    ...(webhook === undefined
      ? {}
      : { webhook: { server: new URL(webhook.url).host, signed: webhook.secret !== undefined } }),
    ...(mail === undefined ? {} : { email: mail }),
    desktop,
  };
}

function mailWithoutPassword({ password, ...mail }: NonNullable<Contacts["email"]>) {
  return { ...mail, has_password: password !== undefined };
}

function linesOf({ webhook, email, desktop }: ReturnType<typeof withoutSecrets>, file: string): string[] {
  const signed = webhook?.signed === true ? "signed" : "not signed";
  const lines = [`webhook  ${webhook === undefined ? "none" : `at ${webhook.server}, ${signed}`}`];
  if (email === undefined) lines.push("email    none");
  else {
    const { host, port, secure, user, from, to, has_password } = email;
    const login = user === undefined ? "" : `, as ${user} ${has_password ? "with" : "without"} a password`;
    lines.push(
      `email    from ${from} to ${to.join(", ")}`,
      `         by ${host}:${port}${secure ? " with TLS" : ""}${login}`,
    );
  }
  return [...lines, `desktop  ${desktop ? "on" : "off"}`, `Kept in ${file}.`].map(text => printable(text));
}
