/** The alarm for the outbox: what is being delivered needs none, however long that takes. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { AppError } from "../../store/schema/errors.ts";
import { Actor } from "./actor.ts";
import { createMemoryHost } from "./testing/memory-host.ts";

class Sender extends Actor {
  static readonly kind = "sender";
  static readonly methods = { tell: z.strictObject({}), told: z.strictObject({}) } as const;

  tell(): void {
    this.turn.send({ kind: "sender", name: "b" }, "told");
  }

  async told(): Promise<void> {
    this.turn.set("told", ((await this.turn.get<number>("told")) ?? 0) + 1);
  }
}

test("a second delivery that takes long keeps nobody busy", async () => {
  let deliveries = 0;
  const host = await createMemoryHost({
    actors: [Sender],
    network: async (_message, next) => {
      deliveries += 1;
      if (deliveries === 1) throw new AppError("unavailable", "The line is dead.", { retryable: true });
      await new Promise<void>(resolve => host.clock.after(600_000, resolve));
      return next();
    },
  });
  await host.call({ kind: "sender", name: "a" }, "tell", {});
  await host.drain();
  let steps = 0;
  const end = host.clock.now() + 600_000;
  while (steps < 1_000 && (await host.step(end))) steps += 1;
  expect(deliveries).toBe(2);
  expect(steps).toBeLessThan(50);
  expect(host.storage.commits).toBeLessThan(50);
  await host.advance(60_000);
  expect(host.dump({ kind: "sender", name: "b" }).told).toBe(1);
  expect(host.system.nextAlarm).toBeNull();
});
