/** `<rig>/<name>` as a path of the API. */
import { usageError } from "../lib/args.ts";

/** The mayor's id for the word `mayor`; others as they are. */
export function agentId(id: string): string {
  return id === "mayor" ? "hq/mayor" : id;
}

/** @throws {AppError} invalid_argument (a usage error) when it is no agent's id */
export function agentPath(id: string): string {
  const [rig, name, ...more] = agentId(id).split("/");
  if (rig === undefined || name === undefined || rig === "" || name === "" || more.length > 0) {
    throw usageError(
      `"${id}" is no agent: agents are called <rig>/<name>, e.g. web/toast.`,
      '"gt agents" lists them.',
    );
  }
  return `/agents/${encodeURIComponent(rig)}/${encodeURIComponent(name)}`;
}
