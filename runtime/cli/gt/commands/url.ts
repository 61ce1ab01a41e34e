/** `gt url` */
import { z } from "zod";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

const linkSchema = z.object({ token: z.string(), expires_at: z.string() });

export const url = defineCommand<GtContext>()({
  summary: "Prints a new link that signs a browser in to the dashboard, once, within ten minutes",
  examples: [{ line: "gt url" }],
  async run(_, context) {
    const client = context.client();
    const response = await client.raw("POST", "/api/v1/auth/sign-in-links", {});
    const { token, expires_at } = linkSchema.parse(await response.json());
    const link = `${client.url}/?token=${token}`;
    context.print({ url: link, expires_at }, () => [link]);
    return undefined;
  },
});
