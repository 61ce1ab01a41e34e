/** The export for viewers that read a file: after changes, at most once in a while. */
import { closeSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { isExported } from "../../../store/interchange/export-lines.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Backend } from "./backend.ts";
import { exportLines } from "./export-text.ts";
import { parseDuration } from "./time.ts";
import type { Workspace } from "./workspace.ts";

const DEFAULT_INTERVAL = "60s";

/** Writes `.beads/issues.jsonl`, or the file of `export.path`, unless it was written within `export.interval`. */
export async function autoExport(
  backend: Backend,
  workspace: Workspace,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const path = resolve(workspace.beadsDir, config["export.path"] ?? "issues.jsonl");
  if (!path.startsWith(join(workspace.beadsDir, "/"))) {
    throw new AppError(
      "invalid_argument",
      `export.path "${config["export.path"]}" leads out of ${workspace.beadsDir}`,
    );
  }
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  const interval = parseDuration(config["export.interval"] ?? DEFAULT_INTERVAL);
  if (written !== undefined && Date.now() - written < interval) return;
  const file = openSync(`${path}.tmp`, "w");
  try {
    for await (const page of backend.issuePages({ sort: "id" })) {
      writeSync(
        file,
        await exportLines(
          page.filter(bead => isExported(bead, {})),
          backend,
        ),
      );
    }
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.tmp`, path);
}
