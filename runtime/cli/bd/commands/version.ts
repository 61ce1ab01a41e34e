/** `bd version`. */
import { defineCommand } from "../../lib/args.ts";
import { VERSION } from "../../version.ts";
import type { BdContext } from "../context.ts";
import { BD_VERSION } from "../version.ts";

export default defineCommand<BdContext>()({
  summary: "Versions",
  flags: { daemon: { type: "boolean", summary: "There is no daemon", hidden: true } },
  run(_input, ctx) {
    const build = `gastown ${VERSION}`;
    ctx.out.emit(
      { version: BD_VERSION, build, gastown: VERSION },
      () => `bd version ${BD_VERSION} (${build})`,
    );
    return 0;
  },
});
