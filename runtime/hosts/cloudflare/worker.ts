/** The Worker that `wrangler deploy` makes of this folder; see docs/cloudflare.md. */
import { asAppError, problemResponse, toProblem } from "../../gateway/http/problem.ts";
import { edgeGateway, type GatewayEnv, syncAllTowns } from "./gateway/gateway.ts";
import { actorObject } from "./objects/actor-object.ts";
import { type EdgeEnv, edgeParts } from "./town/actors.ts";

export class TownObject extends actorObject<EdgeEnv>(edgeParts("town")) {}
export class AgentObject extends actorObject<EdgeEnv>(edgeParts("agent")) {}
export class ContainerObject extends actorObject<EdgeEnv>(edgeParts("container")) {}
export class RigObject extends actorObject<EdgeEnv>(edgeParts("rig")) {}
export class UserObject extends actorObject<EdgeEnv>(edgeParts("user")) {}
export class DeskObject extends actorObject<EdgeEnv>(edgeParts("desk")) {}

export default {
  async fetch(request: Request, env: GatewayEnv): Promise<Response> {
    try {
      const gateway = await edgeGateway(env, new URL(request.url).protocol === "https:");
      return await gateway.fetch(request);
    } catch (error) {
      return problemResponse(toProblem(asAppError(error), () => crypto.randomUUID().slice(0, 8)));
    }
  },

  /** By the schedule in `wrangler.jsonc`. */
  async scheduled(_event: unknown, env: EdgeEnv): Promise<void> {
    await syncAllTowns(env);
  },
};
