/**
 * Bodies of the REST API, `/api/v1`. Routes (all behind `authorize`; errors are RFC 9457 problem details):
 *
 * | route | answers |
 * | --- | --- |
 * | POST /auth/sign-in {token} | 204 and a cookie; `/?token=` in a browser does the same and redirects |
 * | GET /towns | TownList: the towns that the caller may see; 401 `unauthenticated` without a sign-in |
 * | GET /towns/:town | TownView |
 * | GET /towns/:town/rigs, POST (addRig), PATCH /rigs/:rig (rigSettings) | RigView |
 * | GET /towns/:town/beads?status&type&rig&limit..., POST (createBead) | Bead[] / Bead |
 * | GET /towns/:town/beads/:id, PATCH (patchBead) | BeadView / Bead |
 * | POST /towns/:town/beads/:id/close, /reopen, /comments, /dependencies; DELETE /dependencies/:on | Bead |
 * | GET /towns/:town/ready?rig | Bead[] |
 * | POST /towns/:town/sling | SlingReply |
 * | GET, POST /towns/:town/convoys | ConvoyView |
 * | GET /towns/:town/agents, /agents/:rig/:name, POST .../stop, .../input | AgentView |
 * | GET /towns/:town/agents/:rig/:name/runs, /runs/:run/recording | RunView[], newest first / asciicast |
 * | GET /towns/:town/feed?since&limit | FeedEvent[] |
 * | GET /towns/:town/prime | text: what the calling agent should know and do |
 * | GET /towns/:town/socket | the WebSocket of socket.ts |
 * | GET /healthz | {ok, version}, open to all |
 */
import { z } from "zod";

export {
  type AddRig,
  addRigSchema,
  type CreateBead,
  type CreateConvoy,
  closeBeadSchema,
  commentSchema,
  createBeadSchema,
  createConvoySchema,
  dependencyBodySchema,
  type PatchBead,
  patchBeadSchema,
  prefixSchema,
  rigNameSchema,
  type Sling,
  type SlingReply,
  slingReplySchema,
  slingSchema,
} from "../../../store/schema/requests.ts";

/** RFC 9457, with our code and hint. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  hint: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
