/** Actors and a port for the conformance suite. A host under test runs exactly these; the suite sees only calls and events. */
import { z } from "zod";
import { Actor } from "../../actors/kernel/actor.ts";
import type { ActorRef, Port } from "../../actors/kernel/host.ts";
import { replySchema } from "../../actors/kernel/reply.ts";
import { AppError } from "../../store/schema/errors.ts";

const ref = z.strictObject({ kind: z.string(), name: z.string() });
const PROBE: ActorRef = { kind: "probe", name: "p" };

/** Keeps a list and a sum; every way to go wrong can be asked for. */
export class Keeper extends Actor {
  static readonly kind = "keeper";
  static readonly methods = {
    who: z.undefined(),
    add: z.strictObject({ n: z.number(), fail: z.enum(["refuse", "crash"]).optional() }),
    slowAdd: z.strictObject({ n: z.number(), gate: z.string() }),
    leak: z.strictObject({ gate: z.string() }),
    sum: z.strictObject({}),
    remember: z.strictObject({ text: z.string() }),
    recall: z.strictObject({}),
    set: z.strictObject({ key: z.string(), value: z.unknown().optional() }),
    setThenList: z.strictObject({ puts: z.record(z.string(), z.unknown()), deletes: z.array(z.string()) }),
    list: z.strictObject({ prefix: z.string() }),
    failAll: z.strictObject({ to: ref }),
    take: z.strictObject({
      item: z.string(),
      failures: z.int().default(0),
      refuse: z.boolean().default(false),
    }),
    taken: z.strictObject({}),
    most: z.strictObject({}),
    join: z.strictObject({ item: z.string(), crash: z.boolean().default(false) }),
    say: z.strictObject({ words: z.array(z.unknown()) }),
    answer: z.strictObject({ size: z.int() }),
  } as const;
  #memory: string | undefined;
  #wakes = 0;

  static shares(method: string): boolean {
    return method === "join";
  }

  override async onWake(): Promise<void> {
    this.#wakes = ((await this.turn.get<number>("wakes")) ?? 0) + 1;
  }

  who(): ActorRef {
    return this.turn.ref;
  }

  async add({ n, fail }: { n: number; fail?: "refuse" | "crash" }): Promise<number> {
    const sum = ((await this.turn.get<number>("sum")) ?? 0) + n;
    this.turn.set("sum", sum);
    this.turn.publish({ sum });
    if (fail === "refuse") throw new AppError("precondition_failed", "Asked to refuse.", { data: { n } });
    if (fail === "crash") throw new TypeError("a detail that nobody outside may see");
    return sum;
  }

  /** Reads, waits for a gate of the probe, writes: two such turns at once would lose one. */
  async slowAdd({ n, gate }: { n: number; gate: string }): Promise<number> {
    const sum = (await this.turn.get<number>("sum")) ?? 0;
    await this.turn.call(PROBE, "wait", { gate });
    this.turn.set("sum", sum + n);
    return sum + n;
  }

  /** Leaves a promise running behind its end. */
  leak({ gate }: { gate: string }): void {
    const { turn } = this;
    void turn.call(PROBE, "wait", { gate }).then(
      () => turn.set("sum", -1),
      () => undefined,
    );
  }

  async sum(): Promise<number> {
    return (await this.turn.get<number>("sum")) ?? 0;
  }

  remember({ text }: { text: string }): void {
    this.#memory = text;
    this.turn.set("wakes", this.#wakes);
  }

  recall(): { memory: string | null; wakes: number } {
    return { memory: this.#memory ?? null, wakes: this.#wakes };
  }

  set({ key, value }: { key: string; value?: unknown }): void {
    this.turn.set(key, value);
  }

  async setThenList({
    puts,
    deletes,
  }: {
    puts: Record<string, unknown>;
    deletes: string[];
  }): Promise<unknown> {
    for (const [key, value] of Object.entries(puts)) this.turn.set(key, value);
    for (const key of deletes) this.turn.delete(key);
    const first = Object.keys(puts)[0] ?? "none";
    return { list: await this.turn.list("row/"), first: await this.turn.get(first) };
  }

  list({ prefix }: { prefix: string }): Promise<[string, unknown][]> {
    return this.turn.list(prefix);
  }

  /** Does everything that a turn can do, and then throws. */
  failAll({ to }: { to: ActorRef }): void {
    this.turn.set("row/failed", true);
    this.turn.delete("sum");
    this.turn.schedule("failed", this.turn.now, "add", { n: 1_000 });
    this.turn.send(to, "take", { item: "from a failed turn" });
    this.turn.publish({ failed: true });
    throw new AppError("conflict", "Not a conflict of beads.");
  }

  /** Takes an item after that many failures; the probe counts, since the actor itself forgets what fails. */
  async take({
    item,
    failures,
    refuse,
  }: {
    item: string;
    failures: number;
    refuse: boolean;
  }): Promise<string> {
    const tries = await this.turn.call<number>(PROBE, "count", { key: `take ${this.turn.ref.name} ${item}` });
    if (refuse) throw new AppError("unprocessable", `${item} is refused.`);
    if (tries <= failures) throw new Error(`failure ${tries} of ${item}`);
    const items = (await this.turn.get<string[]>("items")) ?? [];
    this.turn.set("items", [...items, item]);
    return `took ${item}`;
  }

  async taken(): Promise<string[]> {
    return (await this.turn.get<string[]>("items")) ?? [];
  }

  /** As `take`, beside others in one turn. */
  async join({ item, crash }: { item: string; crash: boolean }): Promise<string> {
    const items = (await this.turn.get<string[]>("items")) ?? [];
    this.turn.set("items", [...items, item]);
    this.turn.set("most", Math.max(this.turn.others.all, (await this.turn.get<number>("most")) ?? 0));
    if (this.turn.others.after === 0) this.turn.publish({ last: item });
    if (crash) throw new AppError("unprocessable", `${item} is refused.`);
    return `joined ${item}`;
  }

  /** Most other messages that a turn of `join` had. */
  async most(): Promise<number> {
    return (await this.turn.get<number>("most")) ?? 0;
  }

  say({ words }: { words: unknown[] }): void {
    for (const word of words) this.turn.publish(word);
  }

  answer({ size }: { size: number }): string {
    return "x".repeat(size);
  }
}

/** Sends, calls and arms timers as it is told. */
export class Doer extends Actor {
  static readonly kind = "doer";
  static readonly methods = {
    send: z.strictObject({
      to: ref,
      method: z.string(),
      args: z.array(z.unknown()),
      onReply: z.string().optional(),
    }),
    call: z.strictObject({ path: z.array(ref).min(1) }),
    callPort: z.strictObject({ method: z.string(), args: z.unknown().optional() }),
    arm: z.strictObject({
      timers: z.array(z.strictObject({ id: z.string(), in_ms: z.number(), args: z.unknown() })),
      method: z.string().default("fired"),
    }),
    disarm: z.strictObject({ id: z.string() }),
    due: z.strictObject({ id: z.string() }),
    log: z.strictObject({}),
  } as const;
  static readonly internal = {
    fired: z.strictObject({ note: z.string() }),
    again: z.strictObject({ left: z.int() }),
    fragile: z.strictObject({ failures: z.int() }),
    replied: replySchema,
    badReply: replySchema,
    passOn: replySchema,
  } as const;

  send(args: { to: ActorRef; method: string; args: unknown[]; onReply?: string }): void {
    args.args.forEach((one, index) => {
      this.turn.send(args.to, args.method, one, {
        context: index,
        ...(args.onReply === undefined ? {} : { onReply: args.onReply }),
      });
    });
  }

  /** Calls the first of the path with the rest of it; the last one answers. */
  call({ path: [next, ...rest] }: { path: ActorRef[] }): unknown {
    if (next === undefined) throw new AppError("invalid_argument", "Nobody to call.");
    if (rest.length === 0) return this.turn.call(next, "log", {});
    return this.turn.call(next, "call", { path: rest });
  }

  callPort({ method, args }: { method: string; args?: unknown }): unknown {
    return this.turn.call(PROBE, method, args);
  }

  arm({ timers, method }: { timers: { id: string; in_ms: number; args?: unknown }[]; method: string }): void {
    for (const { id, in_ms, args } of timers) this.turn.schedule(id, this.turn.now + in_ms, method, args);
  }

  disarm({ id }: { id: string }): void {
    this.turn.unschedule(id);
  }

  /** When it goes off, before and after it is disarmed in this turn, and when another is armed. */
  due({ id }: { id: string }): (number | null)[] {
    const before = this.turn.armed(id) ?? null;
    this.turn.unschedule(id);
    const without = this.turn.armed(id) ?? null;
    this.turn.schedule(id, 4_000_000_000_000, "fired", { note: "never" });
    return [before, without, this.turn.armed(id) ?? null];
  }

  async log(): Promise<unknown[]> {
    return (await this.turn.get<unknown[]>("log")) ?? [];
  }

  fired({ note }: { note: string }): Promise<void> {
    return this.#note(note);
  }

  /** Arms itself again under the same name. */
  async again({ left }: { left: number }): Promise<void> {
    await this.#note(`again ${left}`);
    if (left > 0) this.turn.schedule("again", this.turn.now + 5, "again", { left: left - 1 });
  }

  async fragile({ failures }: { failures: number }): Promise<void> {
    await this.#note("must not stay");
    const tries = await this.turn.call<number>(PROBE, "count", { key: `fragile ${this.turn.ref.name}` });
    if (tries <= failures) throw new Error(`failure ${tries}`);
    this.turn.set("log", ["held in the end"]);
  }

  replied(reply: z.infer<typeof replySchema>): Promise<void> {
    const { context } = reply;
    return this.#note(reply.ok ? { context, value: reply.value } : { context, code: reply.error.code });
  }

  /** What it heard goes on to somebody else. */
  passOn(reply: z.infer<typeof replySchema>): void {
    this.turn.send({ kind: "keeper", name: "c" }, "take", {
      item: reply.ok ? reply.value : reply.error.code,
    });
  }

  badReply(): void {
    throw new Error("a reply that cannot be handled");
  }

  override onUndelivered(message: { method: string; args: unknown }, error: { code: string }): Promise<void> {
    return this.#note({ undelivered: message.method, args: message.args, code: error.code });
  }

  async #note(entry: unknown): Promise<void> {
    this.turn.set("log", [...((await this.turn.get<unknown[]>("log")) ?? []), entry]);
  }
}

/** Arms a timer whenever it wakes, as actors with a heartbeat do. */
export class Waker extends Actor {
  static readonly kind = "waker";
  static readonly methods = { ping: z.strictObject({}), beats: z.strictObject({}) } as const;
  static readonly internal = { beat: z.strictObject({}) } as const;

  override async onWake(): Promise<void> {
    if (await this.turn.get("broken")) throw new AppError("corrupt", "It does not wake.");
    this.turn.schedule("beat", 1, "beat", {});
  }

  ping(): string {
    return "pong";
  }

  beats(): Promise<number | undefined> {
    return this.turn.get<number>("beats");
  }

  async beat(): Promise<void> {
    this.turn.set("beats", ((await this.turn.get<number>("beats")) ?? 0) + 1);
    this.turn.schedule("beat", this.turn.now + 86_400_000, "beat", {});
  }
}

/** The classes that a host under test must know. */
export const conformanceActors = [Keeper, Doer, Waker] as const;

/**
 * The port of kind `probe`: `wait {gate}` answers when `open {gate}` was called; `count {key}` answers how often it was
 * asked; `peek {key}` the same without counting; `waiting {gate}` how many wait; `refuse` throws; `broken` throws no AppError.
 */
export function createProbe(): Port {
  const counts = new Map<string, number>();
  const open = new Set<string>();
  const waiting = new Map<string, (() => void)[]>();
  const methods: Readonly<Record<string, (args: { gate: string; key: string }) => unknown>> = {
    wait({ gate }) {
      if (open.has(gate)) return null;
      return new Promise<null>(resolve => {
        waiting.set(gate, [...(waiting.get(gate) ?? []), () => resolve(null)]);
      });
    },
    open({ gate }) {
      open.add(gate);
      for (const resolve of waiting.get(gate) ?? []) resolve();
      waiting.delete(gate);
    },
    waiting: ({ gate }) => waiting.get(gate)?.length ?? 0,
    count({ key }) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return counts.get(key);
    },
    peek: ({ key }) => counts.get(key) ?? 0,
    refuse() {
      throw new AppError("remote_unreachable", "The probe is told to refuse.");
    },
    broken() {
      throw new RangeError("an inner detail");
    },
  };
  return {
    async call(_name, method, args) {
      const found = methods[method];
      if (found === undefined) throw new AppError("method_not_allowed", `The probe has no ${method}.`);
      return found(probeArgs.parse(args ?? {}));
    },
  };
}

const probeArgs = z.object({ gate: z.string().default(""), key: z.string().default("") });
