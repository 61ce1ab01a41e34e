/** Exchange of beads with git remotes. */
import { townSyncSchema } from "../contract/sync.ts";
import { inTown } from "./params.ts";
import { defineRoute } from "./route.ts";

/** The first push of a long history takes its time. */
const SYNC_TIMEOUT_MS = 10 * 60_000;

export const syncRoutes = [
  defineRoute({
    method: "post",
    path: "/towns/:town/sync",
    summary: "Exchange the beads of the town and of its rigs with their git remotes: fetch, merge, push",
    tag: "town",
    action: "town.sync",
    params: inTown,
    answer: townSyncSchema,
    resource: ({ params }) => ({ town: params.town }),
    handle: ({ deps, params }) =>
      deps.directory.call({ kind: "sync", name: params.town }, "run", {}, { timeoutMs: SYNC_TIMEOUT_MS }),
  }),
] as const;
