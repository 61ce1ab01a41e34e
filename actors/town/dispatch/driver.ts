/** Which driver and isolation a bead is worked on with: as slung, else as its rig says, else as the town says. */
import type { DriverSpec, Isolation } from "../../../store/schema/agent.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { RigRecord, TownRecord, Work } from "../../../store/schema/satellite.ts";
import { clipToBytes } from "../../agent/prompts/data.ts";
import { MAX_JOB_TEXT_BYTES } from "../limits.ts";

type Slung = Pick<NonNullable<Work["slung"]>, "driver" | "isolation">;

/** @throws {AppError} invalid_argument when nobody chose a driver */
export function chooseDriver(
  bead: Bead,
  slung: Slung | undefined,
  rig: RigRecord,
  town: TownRecord,
): DriverSpec {
  const driver = slung?.driver ?? rig.settings.driver ?? town.driver;
  if (driver !== undefined) return driver;
  throw new AppError("invalid_argument", `Nothing says which agent is to work on ${bead.id}.`, {
    hint: `Name one when slinging (\`gt sling ${bead.id} --agent claude\`), or set one for the rig ${rig.name}.`,
    data: { bead: bead.id, rig: rig.name },
  });
}

/** `waived` is true only when somebody chose `none` in words. */
export function chooseIsolation(
  slung: Slung | undefined,
  rig: RigRecord,
  town: TownRecord,
): { readonly isolation: Isolation; readonly waived: boolean } {
  const isolation = slung?.isolation ?? rig.settings.isolation ?? town.isolation ?? "process";
  return { isolation, waived: isolation === "none" };
}

/**
 * Refuses a bead that the driver cannot work on.
 * @throws {AppError} invalid_argument, too_large
 */
export function checkDriver(bead: Bead, driver: DriverSpec): void {
  if (driver.kind !== "script") return;
  const text = bead.description ?? "";
  if (!/^[ \t]*(```|~~~)(sh|bash|shell)[ \t]*$/m.test(text)) {
    throw new AppError("invalid_argument", `${bead.id} has no \`\`\`sh block for the script driver to run.`, {
      hint: "Put the steps into fenced sh blocks of its description, or choose an agent CLI.",
      data: { bead: bead.id },
    });
  }
  if (clipToBytes(text, MAX_JOB_TEXT_BYTES).length < text.length) {
    throw new AppError("too_large", `The description of ${bead.id} is too long for the script driver.`, {
      hint: `Keep it under ${MAX_JOB_TEXT_BYTES} bytes, or move the script into the repository.`,
      data: { bead: bead.id, limit: MAX_JOB_TEXT_BYTES },
    });
  }
}
