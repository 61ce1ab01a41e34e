/**
 * Whom to tell, and the secrets for it: `secrets/notify.json` in the town's folder, readable for its owner alone. Addresses
 * of webhooks are secrets too, so none of it is in a bead. Read anew for each notification: a change needs no restart.
 */
import { z } from "zod";
import { AppError } from "../../../../store/schema/errors.ts";
import { readIfThere, writeWhole } from "../files.ts";

/** Name of the file, in the folder of secrets. */
export const CONTACTS_FILE = "notify.json";

const oneLine = z
  .string()
  .min(1)
  .max(320)
  .regex(/^[^\r\n]+$/, "one line");

export const contactsSchema = z.strictObject({
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).max(2_000),
      /** Key of the signature in `X-Gastown-Signature`. */
      secret: z.string().min(8).max(500).optional(),
    })
    .optional(),
  email: z
    .strictObject({
      host: oneLine,
      port: z.int().min(1).max(65_535).default(587),
      /** TLS from the first byte, as on port 465. Otherwise STARTTLS is required, but not towards this machine itself. */
      secure: z.boolean().default(false),
      user: oneLine.optional(),
      password: z.string().max(500).optional(),
      from: oneLine,
      to: z.array(oneLine).min(1).max(20),
    })
    .optional(),
  /** False keeps the desktop quiet. */
  desktop: z.boolean().default(true),
});
export type Contacts = z.infer<typeof contactsSchema>;

/** Contacts in this file; the defaults when there is none. @throws {AppError} invalid_argument naming the member that is wrong */
export function readContacts(path: string): Contacts {
  const text = readIfThere(path);
  if (text === undefined) return contactsSchema.parse({});
  const parsed = contactsSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError("invalid_argument", `${path} does not fit: ${issue?.path.join(".")} ${issue?.message}`, {
    hint: "`gt escalation contacts --help` shows its form.",
  });
}

/** Keeps them, readable for the owner alone. @throws {AppError} storage_full, storage_io, forbidden */
export function writeContacts(path: string, contacts: Contacts): void {
  writeWhole(path, `${JSON.stringify(contacts, null, 2)}\n`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What it held is not repeated: there are secrets in it.
    return undefined;
  }
}
