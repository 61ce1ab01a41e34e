/** Who the credentials of a request stand for: the answer of `GET /api/v1/whoami`. */
import { z } from "zod";
import { agentRoleSchema } from "../../../store/schema/agent.ts";

export const whoamiSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("user"), id: z.string() }),
  z.object({
    kind: z.literal("agent"),
    /** `<rig>/<name>` */
    id: z.string(),
    town: z.string(),
    rig: z.string(),
    role: agentRoleSchema,
    bead: z.string().optional(),
    attempt: z.int().optional(),
  }),
]);
