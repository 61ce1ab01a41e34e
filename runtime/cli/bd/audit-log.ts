/** `.beads/interactions.jsonl`: what agents did, one line each, of this machine. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BdContext } from "./context.ts";

/** Adds an entry; empty members are left out. Answers its id. */
export function appendAudit(entry: Readonly<Record<string, unknown>>, ctx: BdContext): string {
  const { beadsDir } = ctx.workspace();
  const id = `int-${crypto.randomUUID().slice(0, 8)}`;
  const line = { id, created_at: new Date(ctx.now()).toISOString(), actor: ctx.actor(), ...entry };
  const full = Object.fromEntries(
    Object.entries(line).filter(([, value]) => value !== undefined && value !== ""),
  );
  mkdirSync(beadsDir, { recursive: true });
  appendFileSync(join(beadsDir, "interactions.jsonl"), `${JSON.stringify(full)}\n`);
  return id;
}
