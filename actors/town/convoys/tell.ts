/** Mail to those who want to know how a convoy goes: its owner and its watchers. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { type Convoy, readSatellite } from "../../../store/schema/satellite.ts";
import { resolveAddresses } from "../mail/addresses.ts";
import { sendMail } from "../mail/send.ts";
import type { TownTurn } from "../town-turn.ts";

/** Who is told, each once. */
export function toldOf({ owner, created_by, watchers }: Convoy): string[] {
  return [...new Set([owner ?? created_by, ...watchers])];
}

/** @throws {AppError} not_found for an address that means nobody */
export function checkTold(ctx: TownTurn, addresses: readonly string[]): void {
  resolveAddresses(ctx, "town", addresses);
}

/** Each for himself: who cannot be reached does not keep the others from hearing of it, nor the convoy from landing. */
export function tellConvoy(ctx: TownTurn, convoy: Bead, subject: string, body: string): void {
  const record = readSatellite(convoy, "convoy");
  if (record === undefined) return;
  for (const address of toldOf(record)) {
    try {
      sendMail(ctx, { from: "town", to: [address], subject, body, kind: "notification", about: convoy.id });
    } catch (error) {
      const why = AppError.from(error).message;
      ctx.say("convoy.untold", `${address} was not told of the convoy ${convoy.id}: ${why}`, {
        bead: convoy.id,
        level: "warn",
      });
    }
  }
}
