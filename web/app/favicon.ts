/** The mark of the page in the browser's tab: a lamp, with a dot in the colour of the worst state. Pure. */
export type Mark = "calm" | "working" | "attention" | "failed" | "offline";

const DOT: Readonly<Record<Mark, string>> = {
  calm: "",
  working: "#3b9dff",
  attention: "#ff9f1a",
  failed: "#f0454d",
  offline: "#8a92a2",
};

/** The drawing of the lamp; `lit` is the colour of its flame. */
export function lampSvg(dot = "", lit = "#ffb22e"): string {
  const badge =
    dot === "" ? "" : `<circle cx="25" cy="25" r="6" fill="${dot}" stroke="#14161b" stroke-width="2"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#23262f"/><path d="M16 4.5v2.6M10.4 8.6h11.2l2.5 13.6H7.9zM11.4 22.2v3h9.2v-3" fill="none" stroke="#f4f1ea" stroke-width="1.9" stroke-linejoin="round" stroke-linecap="round"/><path d="M16 11.4c2.7 2.5 3.5 4.4 2.5 6.3-.9 1.7-4.1 1.7-5 0-1-1.9-.2-3.8 2.5-6.3z" fill="${lit}"/>${badge}</svg>`;
}

/** Address of the icon for a state. */
export function faviconUrl(mark: Mark): string {
  return `data:image/svg+xml,${encodeURIComponent(lampSvg(DOT[mark]))}`;
}
