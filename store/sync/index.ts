/** Syncing beads with remotes: the exports of this folder. */

export type {
  Credential,
  CredentialPort,
  GitResult,
  HttpClient,
  HttpRequest,
  HttpResponse,
  RemoteGit,
  SyncPorts,
} from "./ports.ts";
export { type ClaimOutcome, type ClaimPush, pushClaim } from "./push-claim.ts";
export { defaultRemote, type RemoteChoice } from "./remote.ts";
export type { SyncReport, SyncStatus } from "./report.ts";
export { type SyncOptions, syncBranch } from "./sync.ts";
export { type StatusOptions, syncStatus } from "./sync-status.ts";
