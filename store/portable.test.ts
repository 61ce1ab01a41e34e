import { expect, test } from "bun:test";
import { join } from "node:path";

test.each(["bead-store.ts", "ledger.ts"])("%s bundles without any platform API", async entry => {
  const built = await Bun.build({ entrypoints: [join(import.meta.dir, entry)], target: "browser" });
  expect(built.logs).toEqual([]);
  const text = await built.outputs[0]?.text();
  expect(text).not.toMatch(/from\s*"(node|bun):|require\("(node|bun):|\bBun\.|\bprocess\.env|\bBuffer\./);
});
