import { expect, test } from "bun:test";
import { Mailbox } from "./mailbox.ts";
import { FakeClock } from "./testing/fake-clock.ts";

const LATER = 1e15;

function mailbox(capacity = 1_000) {
  const clock = new FakeClock(1_000);
  const box = new Mailbox({ name: "keeper:a", capacity, clock });
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const running = box.call(() => gate.promise, LATER, false);
  const add = (name: string, urgent: boolean, deadline = LATER) =>
    box.call(async () => void order.push(name), deadline, urgent);
  const open = async () => {
    gate.resolve();
    await running;
  };
  return { clock, box, order, add, open };
}

test("what somebody waits for goes before messages, each in its own order", async () => {
  const { box, order, add, open } = mailbox();
  const all = [
    add("message 1", false),
    add("call 1", true),
    box.internal(async () => void order.push("own work")),
    add("message 2", false),
    add("call 2", true),
  ];
  await open();
  await Promise.all(all);
  expect(order).toEqual(["call 1", "call 2", "message 1", "own work", "message 2"]);
  expect(box.idle).toBe(true);
});

test("callers without end do not keep messages waiting", async () => {
  const { order, add, open } = mailbox();
  const all = [add("message 1", false), add("message 2", false)];
  for (let n = 0; n < 40; n++) all.push(add(`call ${n}`, true));
  await open();
  await Promise.all(all);
  expect(order.indexOf("message 1")).toBe(16);
  expect(order.indexOf("message 2")).toBe(33);
});

test("one whose deadline passes leaves its own queue, and the rest go on", async () => {
  const { clock, box, order, add, open } = mailbox(3);
  const late = add("late", true, clock.now() + 10);
  const others = [add("message", false), add("call", true)];
  await expect(add("too many", true)).rejects.toMatchObject({ code: "overloaded" });
  while (clock.step(clock.now() + 20));
  await expect(late).rejects.toMatchObject({ code: "deadline_exceeded" });
  others.push(add("one more", true));
  await open();
  await Promise.all(others);
  expect(order).toEqual(["call", "one more", "message"]);
  expect(box.idle).toBe(true);
});
