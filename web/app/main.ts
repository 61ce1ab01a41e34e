import "../elements/index.ts";
import { GastownApp } from "./app.ts";
import { applyTheme, loadTheme } from "./theme.ts";

/** The page appears with its own fonts, unless they take longer than this, in milliseconds. */
const FONT_PATIENCE_MS = 800;

customElements.define("gastown-app", GastownApp);
void start();

async function start(): Promise<void> {
  applyTheme(loadTheme(localStorage), document.documentElement, localStorage);
  const fonts = ['400 14px "Inter Variable"', '400 13px "JetBrains Mono NL"', '700 13px "JetBrains Mono NL"'];
  const loaded = Promise.allSettled(fonts.map(font => document.fonts.load(font)));
  const patience = new Promise(resolve => setTimeout(resolve, FONT_PATIENCE_MS));
  await Promise.race([loaded, patience]);
  document.body.append(document.createElement("gastown-app"));
}
