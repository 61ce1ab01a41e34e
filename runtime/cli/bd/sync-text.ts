/** What a sync did, in words. */
import type { SyncReport } from "../../../store/sync/index.ts";
import { printable } from "../lib/style.ts";

/** Lines for a person. */
export function reportLines(report: SyncReport, dryRun: boolean): string[] {
  const { ahead, behind, pulled, pushed } = report;
  const where = printable(report.remote);
  const count = (n: number) => `${n} commit${n === 1 ? "" : "s"}`;
  if (dryRun) return [`Would take ${count(behind)} from ${where} and give it ${count(ahead)}.`];
  if (ahead === 0 && behind === 0) return [`✓ In sync with ${where}`];
  return [
    `✓ Synced with ${where}: ${count(behind)} ${pulled ? "taken" : "not taken"}, ${count(ahead)} ${pushed ? "given" : "not given"}`,
    ...(report.backup === undefined ? [] : [`  What was here before is kept at ${report.backup}`]),
    ...(report.attempts > 1 ? [`  Others pushed at the same time: ${report.attempts} rounds`] : []),
    ...mergeLines(report),
  ];
}

function mergeLines({ changes }: SyncReport): string[] {
  if (changes === undefined) return [];
  return [
    ...changes.claims.map(
      ({ id, loser, winner }) => `  ${id}: ${loser} claimed it too late; ${winner ?? "nobody"} has it`,
    ),
    ...changes.collisions.map(
      ({ id, renamed_to }) =>
        `  ${id}: two beads had this id; the one that was made later is ${renamed_to} now`,
    ),
    ...changes.archived.map(
      ({ id, field, path }) => `  ${id}: the text of ${field} that lost is kept at ${path} on the branch`,
    ),
    ...changes.revived.map(id => `  ${id}: deleted on one side, changed later on the other: it lives on`),
    ...changes.buried.map(id => `  ${id}: stays deleted; bd restore ${id} brings it back`),
    ...changes.restored.map(id => `  ${id}: its file was gone without a tombstone and was put back`),
    ...changes.unblocked.map(
      edge => `  ${edge.id} → ${edge.depends_on_id}: blocks no more, since it closed a cycle`,
    ),
    ...changes.unreadable.map(
      ({ path }) => `  ${printable(path)}: is no bead and was carried as it is (bd doctor)`,
    ),
  ];
}
