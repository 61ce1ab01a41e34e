import { createContext } from "@lit/context";
import type { TownClient } from "./town-client.ts";

/**
 * The client of the surrounding page. `<gastown-app>` and `<gastown-town>` provide it; an element that finds none
 * makes one of its own from its attributes. The key is registered by name, so that elements from two copies of
 * this module on one page find each other.
 */
export const clientContext = createContext<TownClient>(Symbol.for("gastown.client"));
