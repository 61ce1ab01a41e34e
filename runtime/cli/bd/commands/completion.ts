/** `bd completion`. */
import { defineCommand } from "../../lib/args.ts";
import { completionScript, SHELLS } from "../../lib/completion.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Prints a script that completes commands, flags and ids",
  examples: [
    { line: "source <(bd completion bash)", note: "in ~/.bashrc" },
    { line: "source <(bd completion zsh)", note: "in ~/.zshrc" },
    { line: "bd completion fish | source", note: "in ~/.config/fish/config.fish" },
  ],
  positionals: [{ name: "shell", required: true, choices: SHELLS }],
  run({ args: [shell] }, ctx) {
    const found = SHELLS.find(name => name === shell);
    if (found !== undefined) ctx.out.raw(completionScript(found, "bd"));
    return 0;
  },
});
