/** The one module of the platform that is imported by name. */
declare module "cloudflare:workers" {
  /** Base of the classes whose instances can be called by others. */
  export abstract class DurableObject<Env = unknown> {
    protected readonly ctx: import("./platform.ts").ObjectState;
    protected readonly env: Env;
    constructor(ctx: import("./platform.ts").ObjectState, env: Env);
  }
}
