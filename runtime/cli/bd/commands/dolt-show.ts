/** `bd dolt show`: clients ask it whether they may open a database of their own; they may not. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Where the data is; there is no database server",
  run(_input, ctx) {
    const { gitDir } = ctx.workspace();
    ctx.out.emit(
      {
        backend: "dolt",
        mode: "embedded",
        database: "beads",
        embedded: true,
        data_dir: gitDir,
        shared_server: false,
      },
      () => `Embedded: the beads are on the branch "beads" of ${gitDir}; there is no database server.`,
    );
    return 0;
  },
});
