/** `gt whoami` */

import { whoamiSchema } from "../../../gateway/contract/whoami.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

export const whoami = defineCommand<GtContext>()({
  summary: "Shows who you are to the town",
  examples: [{ line: "gt whoami --json" }],
  async run(_, context) {
    const client = context.client();
    const me = whoamiSchema.parse(await (await client.raw("GET", "/api/v1/whoami")).json());
    context.print(me, () => [
      me.kind === "user"
        ? `${me.id}, owner of ${client.town}`
        : `${me.id}, ${me.role} of ${me.town}${me.bead === undefined ? "" : `, on ${me.bead} (attempt ${me.attempt})`}`,
    ]);
    return undefined;
  },
});
