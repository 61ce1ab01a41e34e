import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;

/** Says under which terms the bundled fonts are used; the licences of bundled code are in `licenses.md` beside it. */
function fontLicenses(): Plugin {
  return {
    name: "font-licenses",
    apply: "build",
    generateBundle() {
      const openFontLicense = readFileSync(
        resolve(here, "../node_modules/@fontsource-variable/inter/LICENSE"),
        "utf8",
      );
      const source = `JetBrains Mono: Copyright 2020 The JetBrains Mono Project Authors (https://github.com/JetBrains/JetBrainsMono),
under the same license as Inter, below.

${openFontLicense}`;
      this.emitFile({ type: "asset", fileName: "font-licenses.txt", source });
    },
  };
}

/**
 * Two entries: the dashboard (`index.html`), and `elements.js` under a name that other pages can rely on.
 * Addresses are relative, so that the dashboard works below any path.
 */
export default defineConfig({
  root: here,
  base: "./",
  publicDir: false,
  plugins: [fontLicenses()],
  build: {
    outDir: resolve(here, "dist"),
    emptyOutDir: true,
    target: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" },
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: resolve(here, "index.html"), elements: resolve(here, "elements/embed.ts") },
      output: {
        entryFileNames: chunk => (chunk.name === "elements" ? "elements.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
