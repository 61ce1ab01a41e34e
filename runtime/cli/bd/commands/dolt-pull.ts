/** `bd dolt pull`: the beads come from the git remote. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { exchange } from "../sync-exchange.ts";

export default defineCommand<BdContext>()({
  summary: "Take the beads of the git remote",
  flags: { remote: { type: "string", value: "name", summary: "A remote or its URL" } },
  run: ({ flags }, ctx) => exchange({ push: false, pull: true, remote: flags.remote }, ctx),
});
