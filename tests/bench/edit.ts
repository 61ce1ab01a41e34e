/** `bun tests/bench/edit.ts REPOSITORY ACTOR FROM COUNT`: edits so many open beads, in a commit each. */
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";

const [, , repository = "", actor = "", from = "0", count = "0"] = process.argv;
const store = await openStore({ gitDir: join(repository, ".git"), ports: bunStorePorts(process.env) });
const beads = await store.query({ status: ["open"], offset: Number(from), limit: Number(count) });
for (const [at, { id }] of beads.entries()) {
  await store.transact({ actor }, tx =>
    tx.update(id, { notes: `Edited by ${actor}`, metadata: { [actor]: at } }),
  );
}
await store.close();
