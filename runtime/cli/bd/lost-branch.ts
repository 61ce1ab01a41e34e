/** A bead branch that was deleted: the index still knows on which commit it stood, and git keeps that for a while. */
import { Database } from "bun:sqlite";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BEADS_REF, hasRef, ORIGIN_REF } from "./workspace.ts";

const INDEX = "gastown/index-beads";
const BACKUPS = "refs/gastown/backup";

/** The last commit that is known of a branch that is gone; undefined when it is there, was put aside, or nothing is known. */
export function lostHead(gitDir: string): string | undefined {
  if (hasRef(gitDir)) return undefined;
  const head = indexedHead(gitDir);
  return head === undefined || isKept(gitDir, head) ? undefined : head;
}

/** How to have it again. */
export function bringBack(gitDir: string, head: string): string {
  return `'git --git-dir ${gitDir} update-ref ${BEADS_REF} ${head}' brings them back`;
}

function indexedHead(gitDir: string): string | undefined {
  try {
    const name = readFileSync(join(gitDir, INDEX), "utf8").trim();
    if (!/^index-[\w.-]+\.sqlite$/.test(name)) return undefined;
    const index = new Database(join(gitDir, "gastown", name), { readonly: true });
    try {
      const row: unknown = index.query("SELECT value FROM meta WHERE key = 'head:0'").get();
      const value = typeof row === "object" && row !== null && "value" in row ? row.value : undefined;
      return typeof value === "string" && /^[0-9a-f]{40,64}$/.test(value) ? value : undefined;
    } finally {
      index.close();
    }
  } catch {
    // No index, or one that cannot be read: nothing is known.
    return undefined;
  }
}

/** True when another ref of ours holds just that commit: a backup, or what the remote has. */
function isKept(gitDir: string, head: string): boolean {
  const folder = join(gitDir, BACKUPS);
  const loose = existsSync(folder) ? readdirSync(folder).map(name => join(folder, name)) : [];
  return (
    [...loose, join(gitDir, ORIGIN_REF)].some(path => textOf(path).trim() === head) ||
    textOf(join(gitDir, "packed-refs"))
      .split("\n")
      .some(line => line.startsWith(`${head} `) && (line.includes(BACKUPS) || line.endsWith(ORIGIN_REF)))
  );
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
