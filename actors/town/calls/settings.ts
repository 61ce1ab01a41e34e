/** Reading the settings of the town; they are changed by `updateSettings` and by the calls of their areas. */
import { z } from "zod";
import { by, read, type TownCalls } from "./table.ts";

export const settingsCalls = {
  /** -> the town's settings, with the defaults of what nobody has set */
  settings: read(z.strictObject({ by }), ctx => ctx.settings),
} satisfies TownCalls;
