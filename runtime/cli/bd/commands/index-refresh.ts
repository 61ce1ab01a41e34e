/** `bd __index`: brings the index of a repository to its newest commit. Started by an import of very many beads. */
import { bunStorePorts } from "../../../hosts/bun/store/ports.ts";
import { defineCommand } from "../../lib/args.ts";
import { openRepositoryBackend } from "../backend-repository.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Bring an index up to date",
  positionals: [{ name: "git-dir", required: true }],
  async run({ args }, ctx) {
    const backend = await openRepositoryBackend({
      gitDir: args[0] ?? "",
      ports: bunStorePorts(ctx.io.env, { shortLived: true }),
      actor: () => ctx.actor(),
      beforeChange: () => undefined,
      syncPorts: async () => ({}),
    });
    try {
      await backend.count({});
    } finally {
      await backend.close();
    }
    return 0;
  },
});
