/** `bd mol ready`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { gatedMolecules } from "../mol-ready.ts";

export default defineCommand<BdContext>()({
  summary: "Molecules whose gate has opened",
  run: (_input, ctx) => gatedMolecules(ctx),
});
