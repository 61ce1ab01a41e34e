/** Ends and joins of molecules: squash into a digest, burn without trace, bond one to another. */
import type { BeadTx } from "../api.ts";
import { AppError } from "../schema/errors.ts";
import { stepsOf } from "./progress.ts";

/** What squashing left. */
export interface Squashed {
  readonly digest: string | undefined;
  readonly squashed: readonly string[];
  readonly deleted: number;
}

/**
 * Puts a digest bead in the place of a molecule's steps and closes the root.
 * @throws {AppError} not_found; blocked when steps are open and `force` is not given
 */
export function squash(
  tx: BeadTx,
  root: string,
  options: {
    readonly summary?: string;
    readonly keepSteps?: boolean;
    readonly digest?: boolean;
    readonly force?: boolean;
  } = {},
): Squashed {
  const bead = tx.require(root);
  const steps = stepsOf(tx, root);
  const open = steps.filter(step => step.status !== "closed" && step.status !== "failed");
  if (open.length > 0 && !options.force) {
    throw new AppError(
      "blocked",
      `${root} has ${open.length} open steps: ${open.map(step => step.id).join(" ")}`,
      {
        hint: "Close them, or squash with --force.",
      },
    );
  }
  let digest: string | undefined;
  if (options.digest !== false) {
    const made = tx.create({
      prefix: root.slice(0, root.indexOf("-")),
      title: `Digest: ${bead.title}`,
      description:
        options.summary ??
        steps.map(step => `- ${step.title}: ${step.close_reason ?? step.status}`).join("\n"),
      issue_type: "task",
      priority: 4,
      source_formula: bead.source_formula,
      metadata: { digest: { molecule: root, steps: steps.length } },
    });
    digest = tx.close(made.id, "Digest of a molecule").id;
  }
  if (!options.keepSteps) remove(tx, root, "squashed");
  else tx.close(root, "Squashed");
  return { digest, squashed: steps.map(step => step.id), deleted: options.keepSteps ? 0 : steps.length + 1 };
}

/** Deletes a molecule with its steps and gates. Ids of what went. @throws {AppError} not_found */
export function burn(tx: BeadTx, root: string): string[] {
  tx.require(root);
  return remove(tx, root, "burned");
}

function remove(tx: BeadTx, root: string, reason: string): string[] {
  const ids = [...tx.query({ ancestor: root }).map(bead => bead.id), root];
  for (const id of ids) tx.delete(id, reason);
  return ids;
}

export const BOND_TYPES = ["sequential", "parallel", "conditional"] as const;
export type BondType = (typeof BOND_TYPES)[number];

/** Joins molecule `b` to `a`: after it, beside it, or only if it fails. @throws {AppError} not_found, dependency_cycle */
export function bond(tx: BeadTx, a: string, b: string, type: BondType): void {
  tx.require(a);
  const second = tx.require(b);
  if (type === "sequential") tx.addDependency(b, a, "blocks");
  else if (type === "conditional") tx.addDependency(b, a, "conditional-blocks");
  else tx.addDependency(b, a, "related");
  const others = (second.bonded_from ?? []).filter(
    other => other.source_id !== a || other.bond_type !== type,
  );
  tx.update(b, { bonded_from: [...others, { source_id: a, bond_type: type }] });
}
