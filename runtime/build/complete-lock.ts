/**
 * `npm run fix:lock`: completes `package-lock.json` with the optional packages of platforms that the registry in use did
 * not serve (a mirror may hold only some). Without their entries `npm ci` refuses the lock file on every machine.
 */
import { join } from "node:path";

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = join(import.meta.dir, "../../package-lock.json");
// SAFETY: the file is npm's own; a lock file of another shape makes this fail before it is written.
const lock = (await Bun.file(file).json()) as { packages: Record<string, Entry> };
const added: string[] = [];

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isPresent(path, name)) continue;
    if (!/^\d/.test(version)) throw new Error(`${path} wants ${name} ${version}, which is no exact version`);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...platformOf(name),
    };
    added.push(name);
  }
}
const packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
await Bun.write(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
process.stdout.write(`${added.length} packages of other platforms added to package-lock.json\n`);

/** True when node's resolution from `path` finds the package in the lock file. */
function isPresent(path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (`${at === "" ? "" : `${at}/`}node_modules/${name}` in lock.packages) return true;
    if (at === "") return false;
    if (!at.includes("/node_modules/")) at = "";
    if (`node_modules/${name}` in lock.packages) return true;
  }
}

/** Platform fields as the name of a binary package tells them, so that no other machine asks for it. */
function platformOf(name: string): Pick<Entry, "os" | "cpu" | "libc"> {
  const [os = "none"] = /(android|darwin|linux|win32|freebsd|openharmony)/.exec(name) ?? [];
  const [cpu = "none"] = /(arm64|x64|ia32|ppc64|riscv64|s390x|arm)/.exec(name) ?? [];
  const libc = name.includes("musl") ? ["musl"] : name.includes("gnu") ? ["glibc"] : undefined;
  return { os: [os], cpu: [cpu], ...(os === "linux" && libc ? { libc } : {}) };
}
