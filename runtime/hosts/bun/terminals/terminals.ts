/** The terminals of a town's agents: live as long as a run goes on, from its recording afterwards. */
import { join } from "node:path";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import type { Terminals } from "../../../gateway/deps.ts";
import { fileError } from "../files.ts";
import { RUN_FILES } from "../sandboxes/records.ts";
import type { BunTownPaths } from "../town-paths.ts";
import { openLive } from "./live.ts";
import { listRuns, type RunFolder } from "./run-list.ts";

const AGENT = /^([a-z][a-z0-9_-]*)\/([a-z][a-z0-9_-]*)$/;

export interface TerminalsOptions {
  readonly town: string;
  readonly paths: BunTownPaths;
  /** Identifies the boot of the machine. */
  readonly boot: string;
}

/** @returns terminals by what lies in the town's folder */
export function createTerminals({ town, paths, boot }: TerminalsOptions): Terminals {
  const runsOf = (asked: string, agent: string): RunFolder[] => {
    const [, rig, name] = AGENT.exec(agent) ?? [];
    if (asked !== town || rig === undefined || name === undefined) {
      throw new AppError("not_found", `There is no agent "${agent}" in the town ${asked}.`);
    }
    return listRuns(paths.runs(rig, name), boot);
  };

  const find = (asked: string, agent: string, run: string | undefined): RunFolder => {
    const runs = runsOf(asked, agent);
    const found =
      run === undefined ? runs[0] : runs.find(one => one.run === run || String(one.generation) === run);
    if (found !== undefined) return found;
    const what = run === undefined ? `${agent} has not run yet` : `${agent} has no run ${run}`;
    throw new AppError("not_found", `${what}.`, { hint: "`gt agents` shows who has run." });
  };

  return {
    async open(asked, agent, { run, cols, rows }) {
      const found = find(asked, agent, run);
      if (found.live) {
        try {
          return await openLive(found, { cols, rows });
        } catch (error) {
          if (!hasCode(error, "unavailable")) throw error;
          // It may have ended this moment; what it has shown is on disk.
        }
      }
      const reason = found.end?.reason ?? "The sandbox process is gone.";
      // The screen library is loaded by those who look back, not at every start.
      const { openReplay } = await import("./replay.ts");
      return openReplay(join(found.dir, RUN_FILES.recording), { code: found.end?.code ?? null, reason });
    },
    runs: async (asked, agent) =>
      runsOf(asked, agent).map(({ dir: _dir, socket: _socket, end: _end, ...info }) => info),
    async recording(asked, agent, run) {
      const path = join(find(asked, agent, run).dir, RUN_FILES.recording);
      const file = Bun.file(path);
      if (!(await file.exists())) throw new AppError("not_found", `The run ${run} has no recording yet.`);
      try {
        return file.stream();
      } catch (cause) {
        throw fileError(cause, path);
      }
    },
  };
}
