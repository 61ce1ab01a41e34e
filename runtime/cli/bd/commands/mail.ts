/** `bd mail`: hands on to the program that has mail. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";

export default defineCommand<BdContext>()({
  summary: "Mail, by the program that has it",
  description: "The program is in BEADS_MAIL_DELEGATE or in the setting mail.delegate, e.g. gt mail.",
  positionals: [{ name: "args", rest: true }],
  trailing: { name: "args", summary: "Handed on" },
  async run({ args, trailing }, ctx) {
    const { env } = ctx.io;
    const delegate =
      env.BEADS_MAIL_DELEGATE ??
      env.BD_MAIL_DELEGATE ??
      (ctx.findWorkspace()?.initialised === true
        ? (await (await ctx.backend()).config())["mail.delegate"]
        : undefined);
    const argv = (delegate ?? "").split(/\s+/).filter(Boolean);
    if (argv.length === 0)
      throw failure("no mail program configured", { hint: 'bd config set mail.delegate "gt mail"' });
    return ctx.spawn([...argv, ...args, ...trailing], { inherit: true }).code;
  },
});
