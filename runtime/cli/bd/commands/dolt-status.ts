/** `bd dolt status`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "There is no database server to run",
  run(_input, ctx) {
    const { gitDir } = ctx.workspace();
    ctx.out.emit(
      { mode: "embedded", running: true, data_dir: gitDir },
      () => "Embedded: nothing to start or stop.",
    );
    return 0;
  },
});
