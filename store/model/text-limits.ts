/** Limits of what a bead may hold, checked wherever a bead is made or changed. */
import type { Bead } from "../schema/bead.ts";
import { MAX_TEXT_BYTES, MAX_TITLE_BYTES } from "../schema/bead-words.ts";
import { AppError } from "../schema/errors.ts";
import { beadFault } from "./bead-file.ts";

const encoder = new TextEncoder();

/** Checks the fields of a bead that callers give. @throws {AppError} invalid_argument, too_large */
export function checkLimits(bead: Bead): void {
  if (typeof bead.title !== "string" || bead.title.trim() === "") {
    throw new AppError("invalid_argument", "title is required", { hint: "Give a title." });
  }
  if (byteLength(bead.title) > MAX_TITLE_BYTES) {
    throw new AppError(
      "too_large",
      `title must be ${MAX_TITLE_BYTES} bytes or less (got ${byteLength(bead.title)})`,
      {
        hint: "Shorten the title; the description has room.",
      },
    );
  }
  for (const [field, value] of Object.entries(bead)) {
    if (
      typeof value === "string" &&
      value.length * 3 > MAX_TEXT_BYTES &&
      byteLength(value) > MAX_TEXT_BYTES
    ) {
      throw new AppError("too_large", `${field} is larger than ${MAX_TEXT_BYTES} bytes`, {
        hint: "Put it into a file of the repository and name the file here.",
        data: { id: bead.id, field },
      });
    }
  }
  checkPriority(bead.priority);
  if (bead.ephemeral === true && bead.no_history === true) {
    throw new AppError("invalid_argument", "a bead can not be both ephemeral and no_history", {
      hint: "Choose one.",
    });
  }
}

/** Checks the shape of a bead in every field. @throws {AppError} invalid_argument */
export function requireValid(bead: Bead): void {
  const fault = beadFault(bead);
  if (fault === undefined) return;
  throw new AppError("invalid_argument", `${bead.id} would not be valid: ${fault}.`, {
    hint: "Correct this field.",
  });
}

function checkPriority(priority: unknown): void {
  if (typeof priority === "number" && Number.isInteger(priority) && priority >= 0 && priority <= 4) return;
  throw new AppError("invalid_argument", `priority must be between 0 and 4 (got ${String(priority)})`, {
    hint: "0 is the most urgent, 4 the backlog.",
  });
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
