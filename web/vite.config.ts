import { resolve } from "node:path";
import { defineConfig } from "vite";

const here = import.meta.dirname;

/**
 * Two entries: the dashboard (`index.html`), and `elements.js` under a name that other pages can rely on.
 * Addresses are relative, so that the dashboard works below any path.
 */
export default defineConfig({
  root: here,
  base: "./",
  publicDir: false,
  build: {
    outDir: resolve(here, "dist"),
    emptyOutDir: true,
    target: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
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
