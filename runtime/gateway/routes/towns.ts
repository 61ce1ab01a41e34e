/** Towns and rigs. */
import { z } from "zod";
import type { ActorRef } from "../../../actors/kernel/host.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { addRigSchema, townSettingsPatchSchema } from "../contract/requests.ts";
import {
  feedEventSchema,
  rigSettingsPatchSchema,
  rigViewSchema,
  townListSchema,
  townViewSchema,
} from "../contract/views.ts";
import { inTown, ofRig, whole } from "./params.ts";
import { defineRoute } from "./route.ts";

/** Cloning a large repository takes its time. */
const CLONE_TIMEOUT_MS = 15 * 60_000;
const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });

export const townRoutes = [
  defineRoute({
    method: "get",
    path: "/towns",
    summary: "The towns that the caller may see",
    tag: "town",
    action: "towns.list",
    params: z.object({}),
    answer: townListSchema,
    resource: () => ({}),
    async handle({ deps, principal }) {
      const names = await deps.towns();
      const own = principal.kind === "user" ? principal.towns : [];
      return { towns: names.filter(name => own === "all" || own.includes(name)).map(name => ({ name })) };
    },
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town",
    summary: "The whole town at one moment, with the cursor from which events go on",
    tag: "town",
    action: "town.read",
    params: inTown,
    answer: townViewSchema,
    resource: ofTown,
    handle: ({ town, by }) => town("view", { by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/settings",
    summary: "Settings of the town as a whole",
    tag: "town",
    action: "town.read",
    params: inTown,
    resource: ofTown,
    handle: ({ town, by }) => town("settings", { by }),
  }),
  defineRoute({
    method: "patch",
    path: "/towns/:town/settings",
    summary: "Settings of the town as a whole; null unsets",
    tag: "town",
    action: "town.configure",
    params: inTown,
    body: townSettingsPatchSchema,
    resource: ofTown,
    handle: ({ town, by, body }) => town("updateSettings", { ...body, by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/stop",
    summary: "End the process of the town; agents go on unless asked for too",
    tag: "town",
    action: "town.stop",
    params: inTown,
    body: z.strictObject({ agents: z.boolean().default(false) }),
    status: 204,
    resource: ofTown,
    handle: async ({ deps, body }) => await deps.stop(body),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/feed",
    summary: "What happened after a cursor, oldest first; the newest without one",
    tag: "town",
    action: "feed.read",
    params: inTown,
    query: z.strictObject({ since: whole.optional(), limit: whole.optional() }),
    answer: z.array(feedEventSchema),
    resource: ofTown,
    handle: ({ town, by, query }) => town("feed", { ...query, by }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/rigs",
    summary: "Rigs of the town",
    tag: "rigs",
    action: "rig.list",
    params: inTown,
    answer: z.array(rigViewSchema),
    resource: ofTown,
    handle: ({ town, by }) => town("rigs", { by }),
  }),
  defineRoute({
    method: "post",
    path: "/towns/:town/rigs",
    summary: "Add a repository as a rig: it is cloned first, and nothing stays when that fails",
    tag: "rigs",
    action: "rig.add",
    params: inTown,
    body: addRigSchema,
    answer: rigViewSchema,
    status: 201,
    resource: ofTown,
    handle: ({ deps, by, params, body: { name, ...rest } }) => {
      const rig: ActorRef = { kind: "rig", name: `${params.town}/${name}` };
      return deps.directory.call(rig, "add", { ...rest, by }, { timeoutMs: CLONE_TIMEOUT_MS });
    },
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/rigs/:rig",
    summary: "One rig",
    tag: "rigs",
    action: "rig.list",
    params: ofRig,
    answer: rigViewSchema,
    resource: ofTown,
    async handle({ town, by, params }) {
      const rigs = z.array(rigViewSchema).parse(await town("rigs", { by }));
      const rig = rigs.find(({ name }) => name === params.rig);
      if (rig !== undefined) return rig;
      throw new AppError("not_found", `There is no rig "${params.rig}".`, {
        hint: '"gt rig list" shows what there is.',
      });
    },
  }),
  defineRoute({
    method: "patch",
    path: "/towns/:town/rigs/:rig",
    summary: "Change settings of a rig",
    tag: "rigs",
    action: "rig.configure",
    params: ofRig,
    body: rigSettingsPatchSchema,
    answer: rigViewSchema,
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("updateRig", { by, rig: params.rig, settings: body }),
  }),
] as const;
