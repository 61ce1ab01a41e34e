import { expect, test } from "bun:test";
import { MODEL_VARIABLES } from "../protocol/model-keys.ts";
import { PRESETS } from "./registry.ts";

test("every preset's keys and base URLs are what the town hands over", () => {
  const own = Object.fromEntries(
    PRESETS.map(preset => [preset.name, new Set([...preset.keys, ...preset.baseUrls])]),
  );
  const table = Object.fromEntries(
    Object.entries(MODEL_VARIABLES).map(([name, list]) => [name, new Set(list)]),
  );
  expect(table).toEqual(own);
});
