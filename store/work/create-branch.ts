/** The branches of a store: the shared one, which must be made once, and the local one beside it. */
import type { Branch } from "../branch/branch.ts";
import { utf8 } from "../branch/bytes.ts";
import { branchReadme, CONFIG_PATH, README_PATH } from "../branch/layout.ts";
import { actorSignature } from "../branch/signature.ts";
import { newConfig, serializeConfig } from "../model/config.ts";

/** The ref of the beads that stay on this machine: no refspec of git takes it along. */
export function localRef(ref: string): string {
  return `refs/gastown/local/${ref.replace(/^refs\/(heads\/)?/, "")}`;
}

/** Makes the first commit of a branch; another process may be quicker, which is as good. */
export async function createBranch(branch: Branch, prefix: string): Promise<void> {
  const config = newConfig(prefix);
  await branch.writeCommit({
    expected: undefined,
    changes: new Map([
      [CONFIG_PATH, utf8(serializeConfig(config))],
      [README_PATH, utf8(branchReadme(prefix))],
    ]),
    author: actorSignature("gastown", branch.ports.now()),
    message: `Start a bead store with the prefix ${prefix}\n`,
  });
}
