/** `gt explain` */
import { z } from "zod";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";

const explanationSchema = z.object({
  actions: z.array(z.looseObject({ rule: z.string(), reason: z.string() })),
  errors: z.array(z.looseObject({ rule: z.string(), message: z.string() })),
});

export const explain = defineCommand<GtContext>()({
  summary: "Shows what the town would do now, and why",
  examples: [{ line: "gt explain" }],
  async run(_, context) {
    const value = await context.client().get("/explain", explanationSchema);
    const { style } = context;
    context.print(value, () => [
      ...value.actions.map(({ rule, reason }) => `${style.bold(rule)}  ${printable(reason)}`),
      ...value.errors.map(({ rule, message }) => style.red(`${rule} failed: ${printable(message)}`)),
      ...(value.actions.length + value.errors.length === 0 ? ["Nothing to do."] : []),
    ]);
    return undefined;
  },
});
