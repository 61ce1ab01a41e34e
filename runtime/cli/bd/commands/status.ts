/** `bd status`, `bd stats`: the figures of the store. */
import type { BeadEvent } from "../../../../store/api.ts";
import type { Figures } from "../../../../store/index/queries-figures.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { INFRA_TYPES } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Figures: how many beads are open, closed, blocked, ready",
  flags: {
    all: { type: "boolean", summary: "All beads (the default)" },
    assigned: { type: "boolean", summary: "Only what you have" },
    "no-activity": { type: "boolean", summary: "Without the last 24 hours" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const assignee = flags.assigned === true ? ctx.actor() : undefined;
    const [figures, ready] = await Promise.all([
      backend.figures({ excludeType: INFRA_TYPES, assignee }),
      backend.countReady({ assignee }),
    ]);
    const summary = summaryOf(figures, ready);
    const activity =
      flags["no-activity"] === true || backend.kind === "town"
        ? undefined
        : recentActivity(await backend.events({ limit: 5_000 }), new Date(ctx.now() - 864e5).toISOString());
    ctx.out.emit({ ...(activity === undefined ? {} : { recent_activity: activity }), summary }, () => {
      const lines = [
        ctx.out.style.bold("Issue Database Status"),
        "",
        `Total Issues: ${summary.total_issues}`,
        `Open: ${summary.open_issues}`,
        `In Progress: ${summary.in_progress_issues}`,
        `Blocked: ${summary.blocked_issues}`,
        `Closed: ${summary.closed_issues}`,
        `Ready to Work: ${summary.ready_issues}`,
        `Deferred: ${summary.deferred_issues}`,
        `Pinned: ${summary.pinned_issues}`,
        `Epics ready to close: ${summary.epics_eligible_for_closure}`,
        ...(summary.average_lead_time_hours > 0
          ? [`Average lead time: ${summary.average_lead_time_hours.toFixed(1)} hours`]
          : []),
      ];
      if (activity !== undefined) {
        lines.push(
          "",
          `Last 24 hours: ${activity.commit_count} commits, ${activity.issues_created} created, ${activity.issues_closed} closed, ${activity.issues_updated} updated, ${activity.issues_reopened} reopened`,
        );
      }
      return lines.join("\n");
    });
    return 0;
  },
});

function summaryOf(figures: Figures, ready: number) {
  const count = (status: string) => figures.byStatus[status] ?? 0;
  return {
    total_issues: figures.total,
    open_issues: count("open"),
    in_progress_issues: count("in_progress"),
    closed_issues: count("closed"),
    blocked_issues: figures.blocked,
    deferred_issues: count("deferred"),
    ready_issues: ready,
    pinned_issues: figures.pinned,
    epics_eligible_for_closure: figures.finishedEpics,
    average_lead_time_hours: figures.leadHours,
  };
}

function recentActivity(events: readonly BeadEvent[], since: string) {
  const recent = events.filter(event => event.at >= since);
  const distinct = (...types: readonly string[]) =>
    new Set(recent.filter(event => types.includes(event.type)).map(event => event.id)).size;
  const created = distinct("created", "imported");
  const closed = distinct("closed");
  const updated = distinct(
    "updated",
    "status_changed",
    "claimed",
    "commented",
    "label_added",
    "label_removed",
  );
  const reopened = distinct("reopened");
  return {
    hours_tracked: 24,
    commit_count: new Set(recent.map(event => `${event.at} ${event.actor}`)).size,
    issues_created: created,
    issues_closed: closed,
    issues_updated: updated,
    issues_reopened: reopened,
    total_changes: created + closed + updated + reopened,
  };
}
