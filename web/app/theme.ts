/** Dark or light: as the system has it, or as the user chose. */
export const THEMES = ["auto", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "gastown.theme";

/** The user's choice. */
export function loadTheme(storage: Storage): Theme {
  const stored = storage.getItem(KEY);
  return THEMES.find(theme => theme === stored) ?? "auto";
}

/** Puts a theme in force on the page and remembers it. */
export function applyTheme(theme: Theme, root: HTMLElement, storage: Storage): void {
  root.style.colorScheme = theme === "auto" ? "light dark" : theme;
  if (theme === "auto") storage.removeItem(KEY);
  else storage.setItem(KEY, theme);
}

/** The theme after this one, for a button that goes round. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "auto";
}
