/** The same from a compiled executable, on a machine that has no sources: helpers come out of the executable itself. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { blocks, makeTown, type Town } from "./town.ts";

setDefaultTimeout(120_000);

const root = join(import.meta.dir, "../..");
const helper = join(
  root,
  "node_modules/@anthropic-ai/sandbox-runtime/vendor/seccomp",
  process.arch,
  "apply-seccomp",
);
let dir: string;
let program: string;
let town: Town;

describeWith("isolation", "sandbox from a compiled executable", () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "gastown-compiled-"));
    program = join(dir, "bin/gastown");
    const entry = join(dir, "entry.ts");
    writeFileSync(
      entry,
      `import helper from ${JSON.stringify(helper)} with { type: "file" };
      async function main() {
        const [, , spec, linger, ...self] = process.argv;
        if (spec === "gt") return process.exit(0);
        const { runSandbox } = await import(${JSON.stringify(join(root, "agent-sandbox/main.ts"))});
        await runSandbox(spec, {
          stdin: Bun.stdin.stream(), env: process.env, self, lingerMs: Number(linger),
          embedded: key => key === "seccomp/apply-seccomp" ? helper : undefined,
        });
        process.exit(0);
      }
      void main();`,
    );
    const build = Bun.spawn(
      [process.execPath, "build", "--compile", "--minify", "--bytecode", entry, "--outfile", program],
      { cwd: root, stdout: "ignore", stderr: "pipe" },
    );
    const words = await new Response(build.stderr).text();
    if ((await build.exited) !== 0) throw new Error(words);
  });
  afterEach(() => town.close());
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("isolates, runs gt, and submits", async () => {
    town = makeTown();
    const script = `gt help
      if node -e 'require("net").createServer().listen("/tmp/s", () => process.exit(0)).on("error", () => process.exit(1))'; then echo open; else echo shut; fi > sockets
      cat ${town.root}/town/secrets/key > key 2>/dev/null || true
      git add -A; git commit -qm report`;
    const spec = town.workSpec({ bead: { id: "gt-1", title: "t", description: blocks(script) } });
    const run = await town.start(spec, { program: [program], self: [program] });
    const { head } = await run.event("submitted");
    expect(town.git(town.remote, "show", `${head}:sockets`)).toBe("shut");
    expect(town.git(town.remote, "show", `${head}:key`)).toBe("");
    expect(await run.event("started")).toMatchObject({ isolation: "process" });
  });
});
