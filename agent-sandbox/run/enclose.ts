/** Starts the isolation that a run gets: what it asked for, or less where that is allowed, or a refusal. */
import { AppError } from "../../store/schema/errors.ts";
import type { DriverNeeds } from "../drivers/driver.ts";
import { requireIsolation } from "../isolation/availability.ts";
import { materialize } from "../isolation/helpers.ts";
import type { Isolation } from "../isolation/isolation.ts";
import { createNoIsolation } from "../isolation/none.ts";
import { packageOf, policyFor } from "../isolation/policy.ts";
import { createProcessIsolation } from "../isolation/process.ts";
import { type RunContext, sayRed } from "./context.ts";

/**
 * @param untrusted True when a model or a person's command decides what runs.
 * @param relayPort Port of the relay; undefined when the programs have none.
 * @throws {AppError} isolation_unavailable, not_supported
 */
export async function enclose(
  context: RunContext,
  untrusted: boolean,
  needs: DriverNeeds,
  relayPort: number | undefined,
): Promise<Isolation> {
  const { spec } = context;
  const reduced = await whyReduced(context);
  if (reduced !== undefined) {
    if (untrusted && !spec.isolation_waived) throw reduced;
    const words = spec.isolation_waived ? "Isolation was waived." : reduced.message;
    sayRed(context.terminal, `NOT ISOLATED: ${words} These programs can reach everything that you can.`);
    return createNoIsolation(words, context.folders.agent);
  }
  const helpers = await Promise.all([
    materialize(context.embedded, "seccomp/apply-seccomp", helperFolder(context), 0o755),
    materialize(context.embedded, "java/srt-proxy-agent.jar", helperFolder(context), 0o644),
  ]);
  return await createProcessIsolation({
    policy: inside =>
      policyFor({
        spec,
        userHome: context.env.HOME ?? "/root",
        path: context.path,
        agentFolder: context.folders.agent,
        selfPaths: context.self.flatMap(part => (part.startsWith("/") ? packageOf(part) : [])),
        readable: [...needs.readable, ...helpers.filter(path => path !== undefined)],
        hosts: needs.hosts,
        relay: relayPort === undefined ? undefined : { inside, outside: relayPort },
        proxyFolder: context.folders.proxy,
      }),
    agentFolder: context.folders.agent,
    home: spec.home,
    platform: context.platform,
    path: context.env.PATH ?? "",
    seccompHelper: helpers[0],
    javaAgent: helpers[1],
  });
}

/** Undefined when the isolation that was asked for is to be had. */
async function whyReduced(context: RunContext): Promise<AppError | undefined> {
  switch (context.spec.isolation) {
    case "none":
      return new AppError("isolation_unavailable", "Isolation is set to none.", {
        hint: "Set the isolation to process, or waive it in words: `--isolation none`.",
      });
    case "container":
      throw new AppError("not_supported", "Isolation by containers is not there yet.", {
        hint: "Use the isolation process.",
      });
    case "process":
      return await requireIsolation(context.platform, context.env.PATH ?? "").then(
        () => undefined,
        (error: unknown) => AppError.from(error),
      );
    default:
      return context.spec.isolation satisfies never;
  }
}

/** Copies of the files that the compiled binary holds; never writable for an agent. */
function helperFolder(context: RunContext): string {
  return `${context.folders.scratch}/helpers`;
}

/** The wrapper failed before the program in it could begin. @param words What it said. */
export function notBegun(words: string): AppError {
  return new AppError(
    "isolation_unavailable",
    `The isolation did not let the program begin: ${words.slice(-1_000)}`,
    {
      hint: "Run `gt doctor`, or waive isolation in words: `--isolation none`.",
      retryable: true,
    },
  );
}
