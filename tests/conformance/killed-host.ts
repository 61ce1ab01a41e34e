/** A process that writes without end on a Bun host and prints what was acknowledged; made to be killed. Argument: folder. */
import { createBunHost } from "../../runtime/hosts/bun/host.ts";
import { conformanceActors, createProbe } from "./fixtures.ts";

const [folder = ""] = process.argv.slice(2);
const host = createBunHost({ folder, actors: conformanceActors, ports: { probe: createProbe() } });
await host.start();

// Nobody is left to kill it when the test itself was killed.
setTimeout(() => process.exit(1), 60_000);

const tell = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Adds to a sum, sends a message and arms a timer, one turn each; tells after each what is acknowledged. */
async function work(name: string): Promise<never> {
  for (let i = 0; ; i++) {
    const sum = await host.call({ kind: "keeper", name }, "add", { n: 1 });
    tell({ name, sum });
    const item = `${process.pid}-${i}`;
    const to = { kind: "keeper", name: `${name}-taker` };
    await host.call({ kind: "doer", name }, "send", { to, method: "take", args: [{ item }] });
    tell({ name, sent: item });
    const timer = { id: item, in_ms: 3_600_000, args: { note: item } };
    await host.call({ kind: "doer", name }, "arm", { timers: [timer] });
    tell({ name, armed: item });
  }
}

await Promise.all([work("one"), work("two"), work("three")]);
