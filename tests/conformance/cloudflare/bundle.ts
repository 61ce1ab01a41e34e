/** A worker as one file for workerd, of portable code only. */
import { builtinModules } from "node:module";

/**
 * Bundles a worker.
 * @throws {Error} when anything in it imports an API of Node or Bun
 */
export async function bundleWorker(entry: string): Promise<string> {
  const foreign: string[] = [];
  const builtin = new RegExp(
    `^(node:.*|bun(:.*)?|${builtinModules.filter(name => /^\w+$/.test(name)).join("|")})$`,
  );
  const built = await Bun.build({
    entrypoints: [entry],
    target: "browser",
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:workers"],
    plugins: [
      {
        name: "portable",
        setup(build) {
          build.onResolve({ filter: builtin }, ({ path, importer }) => {
            // A package below isomorphic-git; `nodejs_compat` has Buffer as a global, and wrangler resolves it so.
            if (path === "buffer" && importer.includes("/node_modules/")) {
              return { path: "buffer", namespace: "platform" };
            }
            foreign.push(`${importer} imports ${path}`);
            return { path, external: true };
          });
          build.onLoad({ filter: /^buffer$/, namespace: "platform" }, () => ({
            contents: "module.exports = { Buffer: globalThis.Buffer, kMaxLength: 0x7fffffff };",
            loader: "js",
          }));
        },
      },
    ],
  });
  if (foreign.length > 0) throw new Error(`This does not run in workerd:\n${foreign.join("\n")}`);
  const [output] = built.outputs;
  if (output === undefined) throw new Error(`${entry} gave no bundle.`);
  return output.text();
}
