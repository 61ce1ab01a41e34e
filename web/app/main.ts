import "../elements/index.ts";
import { GastownApp } from "./app.ts";
import { loadFonts } from "./fonts.ts";
import { applyTheme, loadTheme } from "./theme.ts";

/** The page appears with its own fonts, unless they take longer than this, in milliseconds. */
const FONT_PATIENCE_MS = 800;

customElements.define("gastown-app", GastownApp);
applyTheme(loadTheme(localStorage), document.documentElement, localStorage);
void loadFonts(document.fonts, FONT_PATIENCE_MS).then(() =>
  document.body.append(document.createElement("gastown-app")),
);
