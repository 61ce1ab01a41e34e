/** What a deployment is told by its variables and secrets. */
import { z } from "zod";
import { AppError } from "../../../../store/schema/errors.ts";
import type { CredentialPort } from "../../../../store/sync/index.ts";

/** A variable that is written as JSON in the dashboard of the platform, or as an object in `wrangler.jsonc`. */
function json<T extends z.ZodType>(schema: T) {
  return z.preprocess((value, context) => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue({ code: "custom", message: "is no JSON" });
      return z.NEVER;
    }
  }, schema);
}

const settingsSchema = z.object({
  /** Towns by name; `remote` is the git repository with which the town's own beads are synced. */
  TOWNS: json(
    z.record(
      z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, "lower case letters, digits and -, at most 64"),
      z.strictObject({ remote: z.url({ protocol: /^https?$/ }).optional() }),
    ),
  ),
  OWNER_NAME: z.string().min(1).max(100).default("owner"),
  /** Names by which it may be reached; any that the platform routes here when absent. */
  HOSTS: json(z.array(z.string())).optional(),
  OWNER_TOKEN: z.string().trim().min(32, "needs 32 characters at least"),
  SIGNING_KEY: z.string().trim().min(32, "needs 32 characters at least"),
  /** Where escalations go by the route `webhook`; `secret` signs them. */
  WEBHOOK: json(
    z.strictObject({
      url: z.url({ protocol: /^https?$/ }).max(2_000),
      secret: z.string().min(8).max(500).optional(),
    }),
  ).optional(),
  /** User name and password or token by origin, e.g. `https://github.com`. */
  GIT_CREDENTIALS: json(
    z.record(z.string(), z.strictObject({ username: z.string(), password: z.string() })),
  ).default({}),
});

/** Settings of a deployment. */
export type Settings = z.output<typeof settingsSchema>;

/** @throws {AppError} invalid_argument that names the variables, and never their values */
export function readSettings(env: unknown): Settings {
  const read = settingsSchema.safeParse(env);
  if (read.success) return read.data;
  const words = read.error.issues.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`);
  throw new AppError("invalid_argument", `The deployment is not set up: ${words.join("; ")}`, {
    hint: "Set the variables in wrangler.jsonc, and the secrets with `wrangler secret put NAME`; see docs/cloudflare.md.",
  });
}

/** The credentials of the deployment's secret, each for its own origin only. */
export function credentialsOf({ GIT_CREDENTIALS }: Pick<Settings, "GIT_CREDENTIALS">): CredentialPort {
  return {
    async fill(_gitDir, url) {
      const { origin } = new URL(url);
      return Object.hasOwn(GIT_CREDENTIALS, origin) ? GIT_CREDENTIALS[origin] : undefined;
    },
    // The secret is the deployment's to change.
    approve: async () => undefined,
    reject: async () => undefined,
  };
}
