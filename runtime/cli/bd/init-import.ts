/** The import that belongs to `bd init --from-jsonl`. */
import type { ImportReport } from "../../../store/interchange/import-beads.ts";
import { bunStorePorts } from "../../hosts/bun/store/ports.ts";
import { openRepositoryBackend } from "./backend-repository.ts";
import type { BdContext } from "./context.ts";
import { importRecords } from "./import-records.ts";
import { fileTexts } from "./import-texts.ts";
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
    return await importRecords(fileTexts(path, ctx.cwd), backend, {
      subject: `Import from ${path}`,
      memoryKey: key => `${MEMORY_PREFIX}${key}`,
    });
  } finally {
    await backend.close();
  }
}
