/** Authors of commits. */
import type { Signature } from "./objects.ts";

/** The signature of an actor: `Ada <ada@example.org>` as it is; others get a mail address that leads nowhere. */
export function actorSignature(actor: string, nowMs: number): Signature {
  const time = Math.floor(nowMs / 1000);
  const full = /^(.*?)\s*<([^<>]+)>$/.exec(actor);
  if (full?.[2] !== undefined) return { name: full[1] || full[2], email: full[2], time, zone: "+0000" };
  if (/^[^\s<>@]+@[^\s<>@]+$/.test(actor)) return { name: actor, email: actor, time, zone: "+0000" };
  const slug = actor
    .toLowerCase()
    .replace(/[^a-z0-9._/-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return { name: actor, email: `${slug || "nobody"}@gastown.invalid`, time, zone: "+0000" };
}
