/** `gt version` */
import { defineCommand } from "../../lib/args.ts";
import { VERSION } from "../../version.ts";
import type { GtContext } from "../context.ts";

export const version = defineCommand<GtContext>()({
  summary: "Prints the version",
  examples: [{ line: "gt version" }],
  run(_, context) {
    context.print(
      { version: VERSION, bun: Bun.version, platform: `${process.platform}-${process.arch}` },
      () => [`gastown ${VERSION} (Bun ${Bun.version}, ${process.platform}-${process.arch})`],
    );
    return undefined;
  },
});
