/** Who one is, and new links to sign in by. Signing in itself is in `gateway.ts`: it comes before any principal. */
import { z } from "zod";
import { whoamiSchema } from "../contract/whoami.ts";
import { defineRoute } from "./route.ts";

/** A link is for the next minutes; `gt url` makes another. */
const LINK_TTL_MS = 10 * 60_000;

export const sessionRoutes = [
  defineRoute({
    method: "get",
    path: "/whoami",
    summary: "Who the credentials stand for",
    tag: "session",
    action: "whoami.read",
    params: z.object({}),
    answer: whoamiSchema,
    resource: () => ({}),
    async handle({ principal, by }) {
      if (principal.kind !== "agent") return { kind: "user", id: by };
      const { town, rig, role, bead, attempt } = principal;
      return { kind: "agent", id: by, town, rig, role, bead, attempt };
    },
  }),
  defineRoute({
    method: "post",
    path: "/auth/sign-in-links",
    summary: "A token that signs a browser in once, for the owner's command line",
    tag: "session",
    action: "sign-in-link.create",
    params: z.object({}),
    answer: z.object({ token: z.string(), expires_at: z.string() }),
    status: 201,
    resource: () => ({}),
    handle: ({ deps, principal, by }) =>
      deps.signIn.issue(principal.kind === "user" ? principal.id : by, LINK_TTL_MS),
  }),
] as const;
