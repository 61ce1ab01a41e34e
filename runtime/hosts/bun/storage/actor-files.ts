/** Where the storage of an actor lies: `<folder>/<kind>/<name>.sqlite`, with `+` for the slashes of the name. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ActorRef } from "../../../../actors/kernel/host.ts";

const SUFFIX = ".sqlite";

/** Path of the file of an actor; `+` is not in the alphabet of names. */
export function actorFile(folder: string, { kind, name }: ActorRef): string {
  return join(folder, kind, name.replaceAll("/", "+") + SUFFIX);
}

/** All actors that have a file. */
export function listActorFiles(folder: string): ActorRef[] {
  return subfolders(folder).flatMap(kind =>
    readdirSync(join(folder, kind))
      .filter(file => file.endsWith(SUFFIX))
      .map(file => ({ kind, name: file.slice(0, -SUFFIX.length).replaceAll("+", "/") })),
  );
}

function subfolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name);
}
