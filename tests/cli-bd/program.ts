/**
 * `bd` bundled from the sources, once for all tests: hundreds of processes start twice as fast then.
 * Bundles are kept by their content in node_modules/.cache, where tools keep what can be made again.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const cache = join(root, "node_modules/.cache/bd-tests");
const KEPT_MS = 86_400_000;

const made = Promise.withResolvers<string>();
let making = false;

/** Path of the program, made on first use. */
export async function program(): Promise<string> {
  if (!making) {
    making = true;
    make().then(made.resolve, made.reject);
  }
  return made.promise;
}

async function make(): Promise<string> {
  const options = { target: "bun", format: "cjs", bytecode: true, minify: true } as const;
  const { outputs } = await Bun.build({ entrypoints: [join(root, "runtime/cli/bd.ts")], ...options });
  const source = outputs.find(output => output.kind === "entry-point");
  if (source === undefined) throw new Error("the bundle has no entry");
  const folder = join(cache, Bun.hash(await source.arrayBuffer()).toString(36));
  if (!existsSync(folder)) {
    const draft = `${folder}.${process.pid}`;
    mkdirSync(draft, { recursive: true });
    for (const output of outputs)
      await Bun.write(join(draft, output.path.split("/").at(-1) ?? "bd.js"), output);
    // Another run may have been quicker, with the same content.
    if (existsSync(folder)) rmSync(draft, { recursive: true });
    else renameSync(draft, folder);
  }
  for (const name of readdirSync(cache)) {
    const other = join(cache, name);
    if (other !== folder && Date.now() - statSync(other).mtimeMs > KEPT_MS)
      rmSync(other, { recursive: true });
  }
  return join(folder, "bd.js");
}
