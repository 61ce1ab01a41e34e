/** The refusal when there are no beads here, with the remedy that fits what is there. */
import { AppError } from "../../../store/schema/errors.ts";
import { bringBack, lostHead } from "./lost-branch.ts";
import type { Workspace } from "./workspace.ts";

/** `no_beads_directory`, as clients know it. */
export function noWorkspace(workspace: Workspace | undefined): AppError {
  const message = "no beads database found";
  const lost = workspace === undefined ? undefined : lostHead(workspace.gitDir);
  if (workspace !== undefined && lost !== undefined) {
    const hint = `the branch that held the beads was deleted; ${bringBack(workspace.gitDir, lost)}`;
    return refusal(message, hint);
  }
  const hint =
    workspace?.legacyJsonl === undefined
      ? "run 'bd init' to create one here (a clone adopts the beads of its remote), or set BEADS_DIR"
      : `run 'bd init --from-jsonl' to take over ${workspace.legacyJsonl}`;
  return refusal(message, hint);
}

function refusal(message: string, hint: string): AppError {
  return new AppError("not_found", message, {
    hint,
    data: { json: { error: "no_beads_directory", message, hint } },
  });
}
