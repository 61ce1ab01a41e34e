import { expect, test } from "bun:test";
import { createMemoryHost } from "../kernel/testing/memory-host.ts";
import { UserActor } from "./actor.ts";

test("towns are granted, changed and revoked, and survive a restart", async () => {
  const host = await createMemoryHost({ actors: [UserActor] });
  const ada = { kind: "user", name: "ada" };
  await host.call(ada, "grant", { by: "root", town: "demo", role: "owner" });
  await host.call(ada, "grant", { by: "root", town: "other", role: "viewer" });
  await host.call(ada, "grant", { by: "root", town: "other", role: "member" });
  await host.restart();
  expect(await host.call(ada, "towns")).toMatchObject({
    towns: [
      { name: "demo", role: "owner", granted_by: "root" },
      { name: "other", role: "member" },
    ],
  });
  await host.call(ada, "revoke", { by: "root", town: "demo" });
  expect(await host.call(ada, "towns")).toMatchObject({ towns: [{ name: "other" }] });
});
