/**
 * `npm run build`: `dist/gastown`, one executable with the dashboard inside, and its links `dist/gt` and `dist/bd`.
 * The web files and the isolation helper are embedded by a generated entry, which hands them to the real one.
 */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "../..");
const dist = join(root, "dist");
const generated = join(dist, ".entry");

await sh([
  process.execPath,
  join(root, "node_modules/vite/bin/vite.js"),
  "build",
  "--config",
  "web/vite.config.ts",
  "--logLevel",
  "warn",
]);
rmSync(generated, { recursive: true, force: true });
mkdirSync(generated, { recursive: true });
await Bun.write(join(generated, "gastown.ts"), entry());
await sh([
  process.execPath,
  "build",
  "--compile",
  "--minify",
  "--bytecode",
  // Each command loads its own part of the code: a short one of bd reads a tenth of it.
  "--format=esm",
  "--splitting",
  "--min-chunk-size=16384",
  // What lies in the folder of the user's project does not configure this program.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  join(generated, "gastown.ts"),
  "--outfile",
  join(dist, "gastown"),
]);
for (const name of ["gt", "bd"]) {
  rmSync(join(dist, name), { force: true });
  symlinkSync("gastown", join(dist, name));
}
rmSync(generated, { recursive: true, force: true });
const size = Bun.file(join(dist, "gastown")).size;
process.stdout.write(`dist/gastown  ${(size / 1_048_576).toFixed(0)} MB  (links: dist/gt, dist/bd)\n`);

/** The source of the entry: imports every embedded file by path, registers them, and runs the command line. */
function entry(): string {
  const embedded: { key: string; file: string }[] = [];
  for (const file of new Glob("**/*").scanSync({ cwd: join(root, "web/dist") })) {
    embedded.push({ key: `web/${file}`, file: join(root, "web/dist", file) });
  }
  const vendor = join(root, "node_modules/@anthropic-ai/sandbox-runtime/vendor");
  for (const file of new Glob("*").scanSync({ cwd: join(vendor, "seccomp", process.arch) })) {
    embedded.push({ key: `seccomp/${file}`, file: join(vendor, "seccomp", process.arch, file) });
  }
  // Without it the isolation of the binary would ask npm where its packages are, each time an agent starts.
  embedded.push({
    key: "java/srt-proxy-agent.jar",
    file: join(vendor, "java-proxy-agent/srt-proxy-agent.jar"),
  });
  const imports = embedded.map(
    ({ file }, index) =>
      `import f${index} from ${JSON.stringify(relative(generated, file))} with { type: "file" };`,
  );
  const pairs = embedded.map(({ key }, index) => `  [${JSON.stringify(key)}, f${index}],`);
  return `${imports.join("\n")}
import { setEmbedded } from ${JSON.stringify(relative(generated, join(root, "runtime/cli/embedded.ts")))};
import { main } from ${JSON.stringify(relative(generated, join(root, "runtime/cli/gastown.ts")))};
setEmbedded(new Map<string, string>([
${pairs.join("\n")}
]));
void main();
`;
}

async function sh(argv: string[]): Promise<void> {
  const child = Bun.spawn(argv, { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "inherit" });
  const code = await child.exited;
  if (code !== 0) {
    process.stderr.write(`build: ${argv[1]} failed with exit code ${code}\n`);
    process.exit(1);
  }
}
