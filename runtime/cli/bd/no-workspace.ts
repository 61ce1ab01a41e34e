/** The refusal when there are no beads here, with the remedy that fits what is there. */
import { AppError } from "../../../store/schema/errors.ts";
import type { Workspace } from "./workspace.ts";

/** `no_beads_directory`, as clients know it. */
export function noWorkspace(workspace: Workspace | undefined): AppError {
  const message = "no beads database found";
  const hint =
    workspace?.legacyJsonl === undefined
      ? "run 'bd init' to create one here (a clone adopts the beads of its remote), or set BEADS_DIR"
      : `run 'bd init --from-jsonl' to take over ${workspace.legacyJsonl}`;
  return new AppError("not_found", message, {
    hint,
    data: { json: { error: "no_beads_directory", message, hint } },
  });
}
