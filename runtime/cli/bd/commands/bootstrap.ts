/** `bd bootstrap`: sets a clone up with whatever beads there are, and destroys nothing. */
import { bunStorePorts } from "../../../hosts/bun/store/ports.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { initStore } from "../init-store.ts";
import { hasRef, ORIGIN_REF } from "../workspace.ts";

export default defineCommand<BdContext>()({
  summary: "Set up a clone without destroying anything",
  description:
    "Keeps the store that is here; else adopts the one of the remote; else takes over .beads/issues.jsonl; else makes a new one.",
  flags: {
    "dry-run": { type: "boolean", summary: "Only say what would be done" },
    yes: {
      type: "boolean",
      short: "y",
      aliases: ["non-interactive"],
      summary: "Understood: nothing is asked",
      hidden: true,
    },
  },
  async run({ flags }, ctx) {
    const found = ctx.findWorkspace();
    const action = plan(found);
    if (action === "none" || flags["dry-run"] === true) {
      ctx.out.emit({ action, path: found?.beadsDir ?? ctx.cwd, dry_run: flags["dry-run"] === true }, () =>
        action === "none" ? "Already set up." : `Would ${WORDS[action]}.`,
      );
      return 0;
    }
    const result = await initStore(ctx.cwd, found, {
      prefix: undefined,
      reinitLocal: false,
      discardRemote: false,
      destroyToken: undefined,
      actor: ctx.actor(),
      ports: bunStorePorts(ctx.io.env, { shortLived: true }),
    });
    const imported =
      action === "jsonl-import" && found?.legacyJsonl !== undefined
        ? (await (await import("../init-import.ts")).importInto(result.gitDir, found.legacyJsonl, ctx))
            .created.length
        : 0;
    ctx.out.emit(
      { action, path: result.beadsDir, prefix: result.prefix, imported },
      () => `✓ bd initialized successfully (${action}, prefix ${result.prefix})`,
    );
    return 0;
  },
});

const WORDS = {
  none: "do nothing",
  adopt: "adopt the beads of the remote",
  "jsonl-import": "take over .beads/issues.jsonl",
  init: "make a new store",
} as const;

function plan(found: ReturnType<BdContext["findWorkspace"]>): keyof typeof WORDS {
  if (found?.initialised === true) return "none";
  if (found !== undefined && hasRef(found.gitDir, ORIGIN_REF)) return "adopt";
  return found?.legacyJsonl === undefined ? "init" : "jsonl-import";
}
