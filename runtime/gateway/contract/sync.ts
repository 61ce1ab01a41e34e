/** What an exchange of beads with git remotes brought. */
import { z } from "zod";

/** How it went for one store: `hq` for the town's own beads, else the name of a rig. */
export const storeSyncSchema = z.discriminatedUnion("ok", [
  z.object({
    store: z.string(),
    ok: z.literal(true),
    /** Without user and password. */
    url: z.string(),
    /** The branch there. */
    ref: z.string(),
    /** Where the branch stands now. */
    commit: z.string().optional(),
    /** Commits that the remote lacked, and commits that were not here. */
    ahead: z.int(),
    behind: z.int(),
  }),
  z.object({
    store: z.string(),
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
  }),
]);
export type StoreSync = z.infer<typeof storeSyncSchema>;

/** Every store that has a remote; a remote that fails keeps no other from it. */
export const townSyncSchema = z.object({ stores: z.array(storeSyncSchema) });
