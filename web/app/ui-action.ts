/** What others show on this page: where it leads, and when the viewer is left alone. */
import type { UiAction } from "../../store/schema/ui-action.ts";
import type { Route } from "./route.ts";

/** Where the page goes; a highlighted bead is marked on the town's page. */
export function routeOf({ action, id }: UiAction): Route {
  switch (action) {
    case "open_bead":
    case "open_convoy":
      return { page: "town", bead: id };
    case "open_agent":
      return { page: "agent", agent: id };
    case "highlight_bead":
      return { page: "town" };
    default:
      return action satisfies never;
  }
}

/** True while the element with the focus, also inside shadow roots, takes text: a field, or a terminal. */
export function isTyping(root: DocumentOrShadowRoot = document): boolean {
  let active = root.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  if (!(active instanceof HTMLElement)) return false;
  return active.isContentEditable || active.matches("input, textarea, select, gastown-terminal");
}
