/** Opens a town in this process. */
export { type OpenTown, openTown, type TownOptions } from "./town/town.ts";
