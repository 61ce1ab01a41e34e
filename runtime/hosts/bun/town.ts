/** Opens a town in this process. */
export { type OpenTown, openTown } from "./town/town.ts";
