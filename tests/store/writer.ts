/**
 * A process that changes beads until it is killed or done: `writer.ts <git dir> <name> <changes> <callers>`.
 * It prints one line per acknowledged change, `<id> <value>`, as soon as it is acknowledged.
 */
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";

const [gitDir = "", name = "", changes = "0", callers = "1"] = process.argv.slice(2);
const store = await openStore({ gitDir, ports: bunStorePorts({ PATH: process.env.PATH }) });
const origin = { actor: name };
let next = 0;

async function work(): Promise<void> {
  let own: string | undefined;
  while (next < Number(changes)) {
    const value = `${name}-${next++}`;
    const { value: id } = await store.transact(origin, tx => {
      if (own === undefined) return tx.create({ title: value, notes: value }).id;
      tx.comment(own, value);
      return tx.update(own, { notes: value }).id;
    });
    process.stdout.write(`${id} ${value}\n`);
    own = Math.random() < 0.2 ? undefined : id;
  }
}

await Promise.all(Array.from({ length: Number(callers) }, work));
await store.close();
