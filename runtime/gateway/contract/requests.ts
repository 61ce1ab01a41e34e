/**
 * Bodies of the REST API, `/api/v1`. Routes (all behind `authorize`; errors are RFC 9457 problem details):
 *
 * | route | answers |
 * | --- | --- |
 * | POST /auth/sign-in {token}, /auth/sign-out | 204 and a cookie; `/?token=` in a browser does the same and redirects |
 * | POST /auth/sign-in-links | {token, expires_at}: for the owner's command line only |
 * | GET /whoami | who the credentials stand for (whoami.ts) |
 * | GET /towns | TownList: the towns that the caller may see; 401 `unauthenticated` without a sign-in |
 * | GET /towns/:town | TownView |
 * | GET, PATCH /towns/:town/settings; POST .../pause, .../resume, .../stop; GET .../explain | settings, TownView, 204, what the town would do |
 * | POST /towns/:town/sync | {stores}: how the exchange with each remote went (sync.ts) |
 * | GET /towns/:town/rigs, POST (addRig); GET, PATCH /rigs/:rig (rigSettingsPatch) | RigView |
 * | GET /towns/:town/beads?status&type&rig&limit..., POST (createBead) | Bead[] / Bead |
 * | GET /towns/:town/beads/:id, PATCH (patchBead), DELETE | BeadView / Bead / 204 |
 * | POST /towns/:town/beads/:id/close, /reopen, /comments, /dependencies; DELETE /dependencies/:on | Bead |
 * | GET /towns/:town/ready?rig, /blocked?rig | Bead[] / {bead, blocked_by}[] |
 * | POST /towns/:town/sling, /unsling | SlingReply / {unslung} |
 * | GET, POST /towns/:town/convoys; POST /convoys/plan; GET, PATCH /convoys/:id | ConvoyView |
 * | POST /towns/:town/convoys/:id/start, /beads, /close; DELETE /convoys/:id/beads/:bead | ConvoyView |
 * | GET /towns/:town/merge-requests?rig; GET .../:id, POST .../retry, .../reject {reason} | MergeRequestView[]; MergeRequestView |
 * | GET /towns/:town/agents, /agents/:rig/:name, POST .../stop, .../reset, .../input | AgentView |
 * | GET /towns/:town/mayor; POST /mayor/start, /mayor/restart (mayorChoice), /mayor/stop {reason} | MayorView |
 * | GET /towns/:town/agents/:rig/:name/runs, /runs/:run/recording | RunView[], newest first / asciicast |
 * | GET /towns/:town/formulas, /formulas/:name | FormulaView |
 * | GET /towns/:town/molecule?bead, /molecule/done?force; POST /molecule/next (nextStep), /molecule/fail (failStep) | MoleculeView, NextStepReply |
 * | GET /towns/:town/gates?all, /gates/:id; POST /gates/:id/approve, /reject (gateReason) | GateView |
 * | POST /towns/:town/say, /checkpoint, /questions; /questions/:id/answer | AgentView, Bead, GateView: an agent about its own work; a person's answer |
 * | GET, POST /towns/:town/escalations; GET .../:id, POST .../ack, .../resolve {reason}; GET, PATCH /escalation-settings | Bead[]; Bead; EscalationSettings |
 * | GET /towns/:town/mail?of&all, POST (sendMail); POST /mail/ack, /archive {ids}, /claim {queue, id}; /mail/:id/read, /reply, /release; GET /mail/:id/thread | MessageView[], SentMail |
 * | GET, POST /towns/:town/mail-lists (setMailList); GET /mail-channels/:channel, POST .../subscribe {on} | MailLists, MessageView[] |
 * | GET, POST /towns/:town/agents/:rig/:name/nudges {text, mode, key}; POST .../read {ids} | what waits, Nudge |
 * | GET /towns/:town/feed?since&limit | FeedEvent[] |
 * | GET /towns/:town/prime | text: what the calling agent should know and do |
 * | GET /towns/:town/socket | the WebSocket of socket.ts |
 * | GET /openapi.json | this table as OpenAPI 3.1, open to all |
 * | GET /healthz | {ok, version}, open to all |
 */
import { z } from "zod";

export {
  type AddRig,
  addRigSchema,
  answerSchema,
  askSchema,
  type CreateBead,
  type CreateConvoy,
  checkpointSchema,
  closeBeadSchema,
  commentSchema,
  convoyModeSchema,
  createBeadSchema,
  createConvoySchema,
  dependencyBodySchema,
  failStepSchema,
  gateReasonSchema,
  mayorChoiceSchema,
  mergeVerdictTextSchema,
  type NextStepReply,
  nextStepReplySchema,
  nextStepSchema,
  type PatchBead,
  type PlanConvoy,
  patchBeadSchema,
  planConvoySchema,
  prefixSchema,
  rigNameSchema,
  type Sling,
  type SlingReply,
  saySchema,
  slingReplySchema,
  slingSchema,
  startConvoySchema,
  townSettingsPatchSchema,
  updateConvoySchema,
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
