/** A unit of work as the import sees it. */
import type { ImportTarget } from "../../../store/interchange/import-beads.ts";
import type { ImportLookups, Writer } from "./backend.ts";

/** The lookups go over all pieces of an import. */
export function importTarget(tx: Writer, prefix: string, lookups: ImportLookups): ImportTarget {
  return {
    now: tx.now,
    get: id => tx.get(id),
    create: input => tx.create({ ...input, prefix }),
    put(bead, event) {
      tx.put(bead, event);
      if (bead.external_ref !== undefined) lookups.noteReference(bead.external_ref, bead.id);
    },
    setConfig: (key, value) => tx.setConfig(key, value),
    findByExternalRef(ref) {
      const id = lookups.withReference(ref);
      return id === undefined ? undefined : tx.get(id);
    },
    isDeleted: id => tx.isDeleted(id),
    openTitles: lookups.openTitles,
  };
}
