/** Everything in store, actors and the gateway, in one bundle that workerd starts: no API of Node or Bun, anywhere. */
import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import { bundleWorker } from "../conformance/cloudflare/bundle.ts";
import { startWorkerd } from "../conformance/cloudflare/workerd.ts";
import { describeWith } from "../helpers/needs.ts";

const ROOT = join(import.meta.dir, "../..");
const FOLDERS = ["store", "actors", "runtime/gateway", "runtime/hosts/shared", "runtime/hosts/cloudflare"];

let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

function entry(text: string): string {
  folder = mkdtempSync(join(tmpdir(), "gastown-portable-"));
  const path = join(folder, "entry.ts");
  writeFileSync(path, text);
  return path;
}

/** Modules that are not only for tests. */
function modules(): string[] {
  return FOLDERS.flatMap(name => [...new Glob(`${name}/**/*.ts`).scanSync({ cwd: ROOT })])
    .filter(path => !/\.(test|suite|d)\.ts$|\/testing\//.test(path))
    .sort();
}

describeWith("workerd", "in workerd", () => {
  test("all of it is bundled, loaded and run", async () => {
    const all = modules();
    expect(all.length).toBeGreaterThan(250);
    const imports = all.map((path, i) => `import * as m${i} from ${JSON.stringify(join(ROOT, path))};`);
    const loaded = `[${all.map((_, i) => `m${i}`).join(",")}].filter(each => Object.keys(each).length > 0).length`;
    const workerd = await startWorkerd({
      entry: entry(`${imports.join("\n")}\nexport default { fetch: () => Response.json(${loaded}) };\n`),
      objects: {},
    });
    try {
      // Modules of types alone have nothing left to count.
      expect(await (await fetch(workerd.url)).json()).toBeGreaterThan(200);
    } finally {
      await workerd.close();
    }
  });
});

test("an import of Node or Bun would be found", async () => {
  for (const name of ["node:fs", "fs", "bun", "bun:sqlite", "node:child_process"]) {
    const path = entry(`import * as it from ${JSON.stringify(name)};\nexport default { it };\n`);
    await expect(bundleWorker(path)).rejects.toThrow(`imports ${name}`);
  }
});
