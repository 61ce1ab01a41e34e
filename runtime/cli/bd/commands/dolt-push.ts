/** `bd dolt push`: the beads go to the git remote. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { exchange } from "../sync-exchange.ts";

export default defineCommand<BdContext>()({
  summary: "Give the beads to the git remote",
  flags: {
    remote: { type: "string", value: "name", summary: "A remote or its URL" },
    force: { type: "boolean", summary: "Understood and without effect", hidden: true },
  },
  run: ({ flags }, ctx) => exchange({ push: true, pull: true, remote: flags.remote }, ctx),
});
