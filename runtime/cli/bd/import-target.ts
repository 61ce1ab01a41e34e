/** A unit of work as the import sees it. */
import type { ImportTarget } from "../../../store/interchange/import-beads.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import type { Writer } from "./backend.ts";

/** The lookups that an import needs are made once, on first use. */
export function importTarget(tx: Writer, prefix: string): ImportTarget {
  let byReference: Map<string, string> | undefined;
  const references = (): Map<string, string> => {
    byReference ??= new Map(
      tx
        .query({})
        .flatMap((bead): [string, string][] =>
          bead.external_ref === undefined ? [] : [[bead.external_ref, bead.id]],
        ),
    );
    return byReference;
  };
  const note = (bead: Bead): void => {
    if (byReference !== undefined && bead.external_ref !== undefined)
      byReference.set(bead.external_ref, bead.id);
  };
  return {
    now: tx.now,
    get: id => tx.get(id),
    create: input => tx.create({ ...input, prefix }),
    put(bead, event) {
      tx.put(bead, event);
      note(bead);
    },
    setConfig: (key, value) => tx.setConfig(key, value),
    findByExternalRef(ref) {
      const id = references().get(ref);
      return id === undefined ? undefined : tx.get(id);
    },
    isDeleted: id => tx.isDeleted(id),
    openTitles: () =>
      new Map(
        tx
          .query({})
          .filter(bead => bead.status !== "closed")
          .map(bead => [bead.title.toLowerCase(), bead.id]),
      ),
  };
}
