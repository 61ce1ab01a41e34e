/** No isolation: only for a trusted script, or where the user waived it in words. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "../process/quote.ts";
import type { Isolation } from "./isolation.ts";

/** @param reduced Why there is none. */
export function createNoIsolation(reduced: string, agentFolder: string): Isolation {
  let launches = 0;
  return {
    kind: "none",
    reduced,
    relayPort: outside => outside,
    async wrap(script, cwd) {
      launches += 1;
      const launch = join(agentFolder, `launch-${launches}.sh`);
      await writeFile(
        launch,
        `export TMPDIR="$GASTOWN_TMP"\ncd ${quote(cwd)} || exit 1\nexec /bin/sh ${quote(script)}\n`,
      );
      return {
        argv: ["/bin/sh", launch],
        cwd: agentFolder,
        wrapped: false,
        diesWithParent: false,
        began: async () => true,
      };
    },
    release: () => undefined,
    close: async () => undefined,
  };
}
