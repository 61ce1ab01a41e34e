/** `bd types`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { REQUIRED_SECTIONS } from "../lint-sections.ts";
import { CORE_TYPES, customTypes } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "The types of beads",
  flags: { sections: { type: "boolean", summary: "With the sections that lint looks for" } },
  async run({ flags }, ctx) {
    const config = ctx.findWorkspace()?.initialised === true ? await (await ctx.backend()).config() : {};
    const custom = customTypes(config);
    const sections = (name: string) => REQUIRED_SECTIONS[name] ?? [];
    const core = CORE_TYPES.map(([name, description]) => ({
      name,
      description,
      ...(flags.sections === true ? { sections: sections(name) } : {}),
    }));
    ctx.out.emit({ core_types: core, ...(custom.length === 0 ? {} : { custom_types: custom }) }, () =>
      [
        ...core.map(({ name, description }) => {
          const wanted =
            flags.sections === true && sections(name).length > 0 ? ` (${sections(name).join(", ")})` : "";
          return `${name.padEnd(11)} ${description}${wanted}`;
        }),
        ...custom.map(name => `${name.padEnd(11)} custom`),
      ].join("\n"),
    );
    return 0;
  },
});
