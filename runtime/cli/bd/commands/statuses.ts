/** `bd statuses`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { BUILT_IN_STATUSES, customStatuses } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "The statuses and what they mean",
  async run(_input, ctx) {
    const config = ctx.findWorkspace()?.initialised === true ? await (await ctx.backend()).config() : {};
    const custom = customStatuses(config);
    const built = BUILT_IN_STATUSES.map(({ name, category, icon, description }) => ({
      name,
      category,
      icon,
      description,
    }));
    ctx.out.emit(
      { built_in_statuses: built, ...(custom.length === 0 ? {} : { custom_statuses: custom }) },
      () =>
        [...built, ...custom]
          .map(s => `${s.icon} ${s.name.padEnd(14)} ${s.category.padEnd(8)} ${s.description}`)
          .join("\n"),
    );
    return 0;
  },
});
