/** What a merge of two trees did that somebody may want to know. All lists are in the order of ids or paths. */
export interface TreeReport {
  /** Beads that both sides had changed. */
  readonly merged: readonly string[];
  /** Long texts that lost, and where they are kept. */
  readonly archived: readonly { readonly id: string; readonly field: string; readonly path: string }[];
  /** Claims that came too late. */
  readonly claims: readonly {
    readonly id: string;
    readonly loser: string;
    readonly winner: string | undefined;
  }[];
  /** Beads that got another id, because another bead had it first. */
  readonly collisions: readonly { readonly id: string; readonly renamed_to: string }[];
  /** Beads that one side deleted and that live on, because the other changed them later. */
  readonly revived: readonly string[];
  /** Beads that stay deleted although the other side had changed them; the tombstone keeps what it changed. */
  readonly buried: readonly string[];
  /** Beads whose file was gone on one side without a tombstone, and which were put back. */
  readonly restored: readonly string[];
  /** Edges that no longer block, because they closed a cycle that neither side had, or led to the own parent. */
  readonly unblocked: readonly { readonly id: string; readonly depends_on_id: string }[];
  /** Files that are no beads and were carried as they are; `kept` says where. */
  readonly unreadable: readonly { readonly path: string; readonly kept: string }[];
}

/** A report that is being written. */
export type ReportDraft = { -readonly [K in keyof TreeReport]: TreeReport[K][number][] };

/** An empty report. */
export function startReport(): ReportDraft {
  return {
    merged: [],
    archived: [],
    claims: [],
    collisions: [],
    revived: [],
    buried: [],
    restored: [],
    unblocked: [],
    unreadable: [],
  };
}

/** The report with its lists in order, so that it is the same whichever side made it. */
export function finishReport(draft: ReportDraft): TreeReport {
  for (const list of Object.values(draft)) {
    list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return draft;
}
