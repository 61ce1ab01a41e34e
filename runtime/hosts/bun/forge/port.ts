/** The port `forge`: pull requests of a rig on GitHub, or on a host that speaks its API. See `actors/ports.ts`. */
import type { z } from "zod";
import { parseArgs } from "../../../../actors/kernel/failures.ts";
import type { Port } from "../../../../actors/kernel/host.ts";
import { forgePortMethods } from "../../../../actors/ports.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { lookAtFact } from "./facts.ts";
import { type Cached, createGitHub, type GitHub } from "./github.ts";
import { lookAtPull, mergePull, openPull, updatePull } from "./pulls.ts";
import { forgeToken } from "./token.ts";

export interface ForgePortOptions {
  /** The town's folder of secrets. */
  readonly secrets: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Epoch milliseconds. */
  now(): number;
  readonly fetch: typeof fetch;
}

type Args<K extends keyof typeof forgePortMethods> = z.infer<(typeof forgePortMethods)[K]>;

export function createForgePort(options: ForgePortOptions): Port {
  const caches = new Map<string, Map<string, Cached>>();

  const client = ({ base_url, repo }: Args<"look">["forge"]): GitHub => {
    checkUrl(base_url);
    const token = forgeToken(options.secrets, options.env, base_url);
    // Asked with another token, the same URL may answer something else.
    const key = `${base_url} ${repo} ${Bun.hash(token)}`;
    const cache = caches.get(key) ?? new Map<string, Cached>();
    caches.set(key, cache);
    const { version, now, fetch } = options;
    return createGitHub({ baseUrl: base_url, token, version, now, fetch, cache });
  };

  return {
    async call(rig, method, args) {
      const parse = <K extends keyof typeof forgePortMethods>(key: K): Args<K> =>
        // SAFETY: `parseArgs` answers what this schema makes of the argument.
        parseArgs(forgePortMethods[key], args, `forge:${rig}`, method) as Args<K>;
      switch (method) {
        case "open": {
          const { forge, ...pull } = parse("open");
          return openPull(client(forge), forge.repo, pull);
        }
        case "look": {
          const { forge, number } = parse("look");
          return lookAtPull(client(forge), forge.repo, number);
        }
        case "merge": {
          const { forge, ...merge } = parse("merge");
          return mergePull(client(forge), forge.repo, merge);
        }
        case "update": {
          const { forge, ...update } = parse("update");
          return updatePull(client(forge), forge.repo, update);
        }
        case "fact": {
          const { forge, ...wanted } = parse("fact");
          return lookAtFact(client(forge), forge.repo, wanted);
        }
        default:
          throw new AppError("method_not_allowed", `The port forge has no method ${method}.`);
      }
    },
  };
}

/** A token goes over an encrypted connection, or stays on this machine. @throws {AppError} invalid_argument */
function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url?.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url !== undefined && (url.protocol === "https:" || local) && url.username === "" && url.password === "")
    return;
  throw new AppError("invalid_argument", `"${text.slice(0, 200)}" is no address of a forge's API.`, {
    hint: "It begins with https://, e.g. https://api.github.com; give the token with `gt forge login`.",
  });
}
