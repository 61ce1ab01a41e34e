/**
 * A process that runs a town, for tests that kill it. Arguments: the folder of the town, the URL of a remote (or `-` to go
 * on with what is there), a number of beads. Prints the ids of the beads when they are slung, as one JSON line.
 */
import { join } from "node:path";
import { createActors } from "../../../../actors/index.ts";
import { openTown } from "../town/town.ts";

const [dir = "", remote = "-", count = "0"] = process.argv.slice(2);
const self = [process.execPath, join(import.meta.dir, "../../../cli/gastown.ts")];
const by = "ada";

// Nobody is left to kill it when the test itself was killed.
setTimeout(() => process.exit(1), 120_000);

const town = await openTown({
  dir,
  create: "demo",
  actors: createActors,
  self,
  env: process.env,
  version: "0.0.0",
  agentToken: async spec => `token-${spec.run_id}`,
});
await town.start("http://127.0.0.1:9");

if (remote !== "-") {
  const ref = { kind: "town", name: "demo" };
  const settings = { isolation: "none", gates: [{ name: "test", command: "true" }] };
  const rig = { by, git_url: remote, prefix: "sa", settings };
  await town.directory.call({ kind: "rig", name: "demo/sample" }, "add", rig, { timeoutMs: 60_000 });
  const ids: string[] = [];
  for (let i = 0; i < Number(count); i++) {
    const script = `sleep 0.3; echo ${i} > file-${i}.txt; git add -A; git commit -q -m "Add file ${i}"`;
    const description = `\`\`\`sh\n${script}\n\`\`\`\n`;
    const bead = await town.directory.call(ref, "createBead", {
      by,
      title: `File ${i}`,
      description,
      rig: "sample",
    });
    if (typeof bead === "object" && bead !== null && "id" in bead) ids.push(String(bead.id));
  }
  await town.directory.call(ref, "sling", { by, beads: ids, driver: { kind: "script" }, isolation: "none" });
  process.stdout.write(`${JSON.stringify(ids)}\n`);
}
