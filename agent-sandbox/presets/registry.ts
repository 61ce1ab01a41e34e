/** All presets by name. */
import { AppError } from "../../store/schema/errors.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";
import type { Preset } from "./preset.ts";

export const PRESETS: readonly Preset[] = [claude, codex, opencode, gemini];

/** @throws {AppError} not_found, with the names there are */
export function presetNamed(name: string): Preset {
  const preset = PRESETS.find(candidate => candidate.name === name);
  if (preset !== undefined) return preset;
  throw new AppError("not_found", `There is no preset ${name} for an agent.`, {
    hint: `Use one of ${PRESETS.map(candidate => candidate.name).join(", ")}, or the driver pty with any command.`,
  });
}
