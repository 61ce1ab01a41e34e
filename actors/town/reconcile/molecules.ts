/** A molecule ends with its bead: whoever closed or failed that, and however. */
import type { Finding, Rule } from "./world.ts";

export const molecules: Rule = world =>
  world.molecules.flatMap(({ root, source }): Finding[] => {
    if (source === undefined) return [];
    const { id, status } = source;
    if (status !== "closed" && status !== "failed") return [];
    return [
      {
        reason: `${id} is ${status}, and so is its molecule`,
        action: { type: "end_molecule", molecule: root.id, outcome: status },
      },
    ];
  });
