/** The import that belongs to `bd init --from-jsonl`. */
import { readFileSync } from "node:fs";
import { type ImportReport, importBeads } from "../../../store/interchange/import-beads.ts";
import { readInput } from "../../../store/interchange/read-input.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { bunStorePorts } from "../../hosts/bun/store/ports.ts";
import { openRepositoryBackend } from "./backend-repository.ts";
import type { BdContext } from "./context.ts";
import { importTarget } from "./import-target.ts";
import { MEMORY_PREFIX } from "./store-config.ts";

/** Takes the file into the new store, in one commit. */
export async function importInto(gitDir: string, path: string, ctx: BdContext): Promise<ImportReport> {
  const backend = await openRepositoryBackend({
    gitDir,
    ports: bunStorePorts(ctx.io.env, { shortLived: true }),
    actor: () => ctx.actor(),
    beforeChange: () => undefined,
    syncPorts: async () => ({}),
  });
  try {
    let report: ImportReport | undefined;
    const records = readInput(readFileSync(path, "utf8"));
    await backend.change({ touches: "all", subject: `Import from ${path}`, force: true }, tx => {
      report = importBeads(records, importTarget(tx, backend.prefix), {
        memoryKey: key => `${MEMORY_PREFIX}${key}`,
      });
    });
    if (report === undefined) throw new AppError("internal", "the import did not report");
    return report;
  } finally {
    await backend.close();
  }
}
