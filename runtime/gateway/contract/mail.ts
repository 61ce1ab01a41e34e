/** Mail, nudges and escalations of the REST API; the shapes are those of the town. */
export {
  escalationSettingsPatchSchema,
  escalationSettingsSchema,
  ROUTES as NOTIFY_ROUTES,
  SEVERITIES,
  severitySchema,
} from "../../../store/schema/escalation.ts";
export {
  claimMailSchema,
  type MessageView,
  mailIdsSchema,
  mailListsSchema,
  mailNameSchema,
  messageViewSchema,
  replyMailSchema,
  sendMailSchema,
  sentMailSchema,
  setMailListSchema,
} from "../../../store/schema/mail.ts";
export { MAX_NUDGE_CHARS, nudgeModeSchema, nudgeSchema } from "../../../store/schema/nudge.ts";
export { ESCALATION_CATEGORIES } from "../../../store/schema/satellite.ts";
