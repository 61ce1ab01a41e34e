/** `gt completion` */
import { defineCommand } from "../../lib/args.ts";
import { completionScript, SHELLS } from "../../lib/completion.ts";
import type { GtContext } from "../context.ts";

export const completion = defineCommand<GtContext>()({
  summary: "Prints a script that completes commands, flags, beads and agents",
  examples: [
    { line: "source <(gt completion bash)", note: "in ~/.bashrc" },
    { line: "source <(gt completion zsh)", note: "in ~/.zshrc" },
    { line: "gt completion fish | source", note: "in ~/.config/fish/config.fish" },
  ],
  positionals: [{ name: "shell", required: true, choices: SHELLS }],
  run({ args: [shell] }, context) {
    const found = SHELLS.find(name => name === shell);
    if (found !== undefined) context.io.stdout.write(completionScript(found, "gt"));
    return undefined;
  },
});
