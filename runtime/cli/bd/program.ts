/**
 * The command tree of `bd`. Each command is loaded when it is called, so that none pays for another.
 * It is longer than other files because it is the one list of all commands.
 */
import type { Command } from "../lib/args.ts";
import type { Entry, Program } from "../lib/program.ts";
import type { BdContext } from "./context.ts";
import { GLOBAL_FLAGS } from "./globals.ts";

const work = "Work";
const change = "Change";
const find = "Find";
const order = "Order";
const undo = "History";
const share = "Share";
const agents = "For agents";
const care = "Store";

type Module = Promise<{ readonly default: Command<BdContext> }>;
type More = Omit<Entry<BdContext>, "summary" | "group" | "load">;

function leaf(group: string, summary: string, load: () => Module, more: More = {}): Entry<BdContext> {
  return { group, summary, load: async () => (await load()).default, ...more };
}
const sub = (summary: string, load: () => Module, more: More = {}): Entry<BdContext> =>
  leaf("Commands", summary, load, more);
const hidden = (summary: string, load: () => Module, more: More = {}): Entry<BdContext> =>
  leaf("Commands", summary, load, { hidden: true, ...more });
const nothing = () => import("./commands/nothing-to-do.ts");

/** `bd` and `gastown bd`. */
export const BD: Program<BdContext> = {
  name: "bd",
  summary: "An issue tracker and agent memory on a git branch.",
  globals: GLOBAL_FLAGS,
  footer: 'First steps: "bd quickstart". The commands that people need most: "bd human".',
  elsewhere: {
    backup: "Every state is a commit: bd sync keeps a copy on the remote, bd export writes a file.",
    federation: "bd sync shares beads with any git remote.",
    repo: "Each repository has its own beads; BEADS_DIR or -C looks into another one.",
    worktree: "git worktree add: all worktrees of a repository share its beads.",
    sql: "There is no database to ask: bd query takes expressions, and every command takes --json.",
    rules: "bd setup writes the rules for an agent; bd prime prints them.",
    merge: "Beads merge field by field in bd sync; no merge driver is needed.",
    "resolve-conflicts":
      "bd sync resolves by rules and tells what it did; bd doctor names files that can not be read.",
    move: "bd export and bd import move beads to another repository; bd rename gives another id.",
    refile: "bd export and bd import move beads to another repository; bd rename gives another id.",
    upgrade: "bd version shows the version; update the program as you installed it.",
    template: "Formulas are the templates: bd formula list, bd mol pour.",
    github: "bd import takes the output of `gh issue list --json ...`.",
    gitlab: "Write its issues as JSON lines and bd import them.",
    jira: "Write its issues as JSON lines and bd import them.",
    linear: "Write its issues as JSON lines and bd import them.",
    ado: "Write its issues as JSON lines and bd import them.",
    notion: "Write its pages as JSON lines and bd import them.",
    activity: "git log beads is the history of the store; bd history <id> that of a bead.",
    branch: "Beads lie on the branch `beads`, whichever branch is checked out.",
    schema: "The fields of beads are in the documentation; bd export shows them all.",
  },
  commands: {
    ready: leaf(work, "What can be worked on now", () => import("./commands/ready.ts")),
    create: leaf(work, "Create a bead", () => import("./commands/create.ts"), { aliases: ["new"] }),
    q: leaf(work, "Create a bead and print its id", () => import("./commands/q.ts")),
    show: leaf(work, "Show beads", () => import("./commands/show.ts"), { aliases: ["view"] }),
    update: leaf(work, "Change beads", () => import("./commands/update.ts")),
    close: leaf(work, "Close beads", () => import("./commands/close.ts"), { aliases: ["done"] }),
    reopen: leaf(work, "Reopen closed beads", () => import("./commands/reopen.ts")),
    comment: leaf(work, "Comment on a bead", () => import("./commands/comment.ts")),
    comments: leaf(work, "The comments on a bead", () => import("./commands/comments.ts"), {
      commands: { add: sub("Comment on a bead", () => import("./commands/comments-add.ts")) },
    }),

    assign: leaf(change, "Give a bead to somebody", () => import("./commands/assign.ts")),
    unclaim: leaf(change, "Give a bead back", () => import("./commands/unclaim.ts")),
    priority: leaf(change, "Set the priority of a bead", () => import("./commands/priority.ts")),
    tag: leaf(change, "Add a label to a bead", () => import("./commands/tag.ts")),
    label: {
      group: change,
      summary: "Labels",
      commands: {
        add: sub("Add labels to beads", () => import("./commands/label-add.ts")),
        remove: sub("Remove labels from beads", () => import("./commands/label-remove.ts"), {
          aliases: ["rm"],
        }),
        list: sub("The labels of a bead", () => import("./commands/label-list.ts")),
        "list-all": sub("All labels", () => import("./commands/label-list-all.ts")),
        propagate: sub("Give a label to all children", () => import("./commands/label-propagate.ts")),
      },
    },
    note: leaf(change, "Add to the notes of a bead", () => import("./commands/note.ts")),
    edit: leaf(change, "Edit a text of a bead in $EDITOR", () => import("./commands/edit.ts")),
    defer: leaf(change, "Put beads off", () => import("./commands/defer.ts")),
    undefer: leaf(change, "Bring deferred beads back", () => import("./commands/undefer.ts")),
    promote: leaf(change, "Keep a wisp as an ordinary bead", () => import("./commands/promote.ts")),
    rename: leaf(change, "Give a bead another id", () => import("./commands/rename.ts")),
    delete: leaf(change, "Delete beads", () => import("./commands/delete.ts")),
    batch: leaf(change, "Many changes in one commit", () => import("./commands/batch.ts")),
    todo: leaf(change, "Small tasks in short", () => import("./commands/todo-list.ts"), {
      commands: {
        add: sub("Add one", () => import("./commands/todo-add.ts")),
        list: sub("List them", () => import("./commands/todo-list.ts")),
        done: sub("Mark them done", () => import("./commands/todo-done.ts")),
      },
    }),

    list: leaf(find, "List beads", () => import("./commands/list.ts")),
    search: leaf(find, "Find beads by words", () => import("./commands/search.ts")),
    query: leaf(find, "Find beads by an expression", () => import("./commands/query.ts")),
    count: leaf(find, "Count beads", () => import("./commands/count.ts")),
    stale: leaf(find, "What has not been touched for a while", () => import("./commands/stale.ts")),
    status: leaf(find, "Figures of the store", () => import("./commands/status.ts"), { aliases: ["stats"] }),
    lint: leaf(find, "Descriptions that lack a section", () => import("./commands/lint.ts")),
    orphans: leaf(find, "Open beads that commits mention", () => import("./commands/orphans.ts")),
    duplicates: leaf(find, "Beads with identical content", () => import("./commands/duplicates.ts")),
    "find-duplicates": leaf(
      find,
      "Beads that say nearly the same",
      () => import("./commands/find-duplicates.ts"),
      {
        aliases: ["find-dups"],
      },
    ),
    types: leaf(find, "The types of beads", () => import("./commands/types.ts")),
    statuses: leaf(find, "The statuses and what they mean", () => import("./commands/statuses.ts")),

    dep: leaf(order, "Dependencies", () => import("./commands/dep.ts"), {
      commands: {
        add: sub("Add a dependency", () => import("./commands/dep-add.ts")),
        remove: sub("Remove a dependency", () => import("./commands/dep-remove.ts"), { aliases: ["rm"] }),
        list: sub("List dependencies or dependents", () => import("./commands/dep-list.ts")),
        tree: sub("The tree of what a bead depends on", () => import("./commands/dep-tree.ts")),
        cycles: sub("Find cycles", () => import("./commands/dep-cycles.ts")),
        relate: sub("Link two beads as related", () => import("./commands/dep-relate.ts")),
        unrelate: sub("Remove such a link", () => import("./commands/dep-unrelate.ts")),
      },
    }),
    link: leaf(order, "Link two beads", () => import("./commands/link.ts")),
    relate: hidden("Link two beads as related", () => import("./commands/dep-relate.ts")),
    unrelate: hidden("Remove such a link", () => import("./commands/dep-unrelate.ts")),
    blocked: leaf(order, "What is blocked, and by what", () => import("./commands/blocked.ts")),
    children: leaf(order, "The children of a bead", () => import("./commands/children.ts")),
    epic: {
      group: order,
      summary: "Epics",
      commands: {
        status: sub("How far the open epics are", () => import("./commands/epic-status.ts")),
        "close-eligible": sub("Close the finished ones", () => import("./commands/epic-close-eligible.ts")),
      },
    },
    graph: leaf(order, "Draw dependencies", () => import("./commands/graph.ts"), {
      commands: { check: sub("Check the graph", () => import("./commands/graph-check.ts")) },
    }),
    duplicate: leaf(order, "Close a bead as a duplicate", () => import("./commands/duplicate.ts")),
    supersede: leaf(order, "Close a bead in favour of a newer one", () => import("./commands/supersede.ts")),
    swarm: {
      group: order,
      summary: "Epics worked on in parallel",
      commands: {
        validate: sub("Whether an epic can be", () => import("./commands/swarm-validate.ts")),
        create: sub("Make a swarm of an epic", () => import("./commands/swarm-create.ts")),
        status: sub("How far it is", () => import("./commands/swarm-status.ts")),
        list: sub("All swarms", () => import("./commands/swarm-list.ts")),
      },
    },
    gate: {
      group: order,
      summary: "Gates that block until somebody or something lets go",
      commands: {
        create: sub("Block a bead", () => import("./commands/gate-create.ts")),
        show: sub("Show a gate", () => import("./commands/gate-show.ts")),
        list: sub("List gates", () => import("./commands/gate-list.ts")),
        resolve: sub("Open a gate by hand", () => import("./commands/gate-resolve.ts")),
        "add-waiter": sub("Have somebody told when it opens", () => import("./commands/gate-add-waiter.ts")),
        check: sub("Open the gates whose condition holds", () => import("./commands/gate-check.ts")),
        discover: sub("Find the runs that gates wait for", () => import("./commands/gate-discover.ts")),
      },
    },
    mol: {
      group: order,
      summary: "Molecules: work from formulas",
      commands: {
        pour: sub("Make one from a formula", () => import("./commands/mol-pour.ts")),
        wisp: sub("Make one that is not kept", () => import("./commands/mol-wisp.ts"), {
          commands: {
            create: sub("Make one that is not kept", () => import("./commands/mol-wisp.ts")),
            list: sub("List wisps", () => import("./commands/wisp-list.ts")),
            gc: sub("Delete old wisps", () => import("./commands/wisp-gc.ts")),
          },
        }),
        ready: sub("Molecules whose gate has opened", () => import("./commands/mol-ready-gated.ts")),
        current: sub("The step in hand", () => import("./commands/mol-current.ts")),
        progress: sub("How far it is", () => import("./commands/mol-progress.ts")),
        show: sub("Show one", () => import("./commands/mol-show.ts")),
        stale: sub("Finished ones that are open", () => import("./commands/mol-stale.ts")),
        "last-activity": sub("When something last happened", () => import("./commands/mol-last-activity.ts")),
        bond: sub("Join two", () => import("./commands/mol-bond.ts")),
        squash: sub("Sum a wisp up", () => import("./commands/mol-squash.ts")),
        burn: sub("Delete one without a trace", () => import("./commands/mol-burn.ts")),
        distill: sub("Make a formula of one", () => import("./commands/mol-distill.ts")),
        seed: sub("Whether its formula can be found", () => import("./commands/mol-seed.ts")),
      },
    },
    formula: {
      group: order,
      summary: "Formulas",
      commands: {
        list: sub("List them", () => import("./commands/formula-list.ts")),
        show: sub("Show one", () => import("./commands/formula-show.ts")),
        convert: sub("From JSON to TOML", () => import("./commands/formula-convert.ts")),
      },
    },
    cook: leaf(order, "Resolve a formula", () => import("./commands/cook.ts")),
    "merge-slot": {
      group: order,
      summary: "One merge at a time",
      commands: {
        create: sub("Make the slot", () => import("./commands/merge-slot-create.ts")),
        check: sub("Whether it is free", () => import("./commands/merge-slot-check.ts")),
        acquire: sub("Take it", () => import("./commands/merge-slot-acquire.ts")),
        release: sub("Give it back", () => import("./commands/merge-slot-release.ts")),
      },
    },
    state: leaf(order, "The state of a bead in one dimension", () => import("./commands/state.ts"), {
      commands: { list: sub("In all dimensions", () => import("./commands/state-list.ts")) },
    }),
    "set-state": leaf(order, "Set the state of a bead", () => import("./commands/set-state.ts")),
    ship: leaf(order, "Publish a capability for other projects", () => import("./commands/ship.ts")),

    history: leaf(undo, "How a bead came to be what it is", () => import("./commands/history.ts")),
    diff: leaf(undo, "What changed between two commits", () => import("./commands/diff.ts")),
    undo: leaf(undo, "Take your last change back", () => import("./commands/undo.ts")),
    deleted: leaf(undo, "What was deleted", () => import("./commands/deleted.ts")),
    restore: leaf(undo, "Bring a bead back as it was", () => import("./commands/restore.ts")),

    sync: leaf(share, "Share beads through the git remote", () => import("./commands/sync.ts")),
    export: leaf(share, "Write beads as JSON lines", () => import("./commands/export.ts")),
    import: leaf(share, "Take beads from JSON lines or GitHub", () => import("./commands/import.ts")),
    hooks: {
      group: share,
      summary: "Git hooks",
      commands: {
        install: sub("Install them", () => import("./commands/hooks-install.ts")),
        uninstall: sub("Remove them", () => import("./commands/hooks-uninstall.ts")),
        list: sub("Which are installed", () => import("./commands/hooks-list.ts")),
        run: sub("What a hook calls", () => import("./commands/hooks-run.ts")),
      },
    },

    prime: leaf(agents, "What an agent should know", () => import("./commands/prime.ts")),
    remember: leaf(agents, "Keep an insight for later sessions", () => import("./commands/remember.ts")),
    recall: leaf(agents, "Show a memory", () => import("./commands/recall.ts")),
    memories: leaf(agents, "All memories", () => import("./commands/memories.ts")),
    forget: leaf(agents, "Remove a memory", () => import("./commands/forget.ts")),
    setup: leaf(agents, "Tell an agent of the beads", () => import("./commands/setup.ts")),
    onboard: leaf(agents, "Lines for an agent's instruction file", () => import("./commands/onboard.ts")),
    human: leaf(agents, "The commands that people need most", () => import("./commands/human.ts"), {
      commands: {
        list: sub("What waits for a person", () => import("./commands/human-list.ts")),
        respond: sub("Answer one", () => import("./commands/human-respond.ts")),
        dismiss: sub("Dismiss one", () => import("./commands/human-dismiss.ts")),
        stats: sub("Figures", () => import("./commands/human-stats.ts")),
      },
    }),
    audit: {
      group: agents,
      summary: "A log of what agents did",
      commands: {
        record: sub("Add an entry", () => import("./commands/audit-record.ts")),
        label: sub("Judge an entry", () => import("./commands/audit-label.ts")),
      },
    },

    agent: {
      group: agents,
      summary: "Beads that stand for agents",
      commands: {
        state: sub("Say what an agent is doing", () => import("./commands/agent-state.ts")),
        heartbeat: sub("Say that an agent lives", () => import("./commands/agent-heartbeat.ts")),
        show: sub("Show an agent's bead", () => import("./commands/agent-show.ts")),
        "backfill-labels": sub(
          "Label agents with their role and rig",
          () => import("./commands/agent-backfill-labels.ts"),
        ),
      },
    },
    slot: {
      group: agents,
      summary: "What hangs on an agent: its work, its role",
      commands: {
        set: sub("Hang a bead on a slot", () => import("./commands/slot-set.ts")),
        clear: sub("Take it off", () => import("./commands/slot-clear.ts")),
        show: sub("What hangs there", () => import("./commands/slot-show.ts")),
      },
    },

    init: leaf(care, "Start tracking beads here", () => import("./commands/init.ts")),
    bootstrap: leaf(
      care,
      "Set up a clone without destroying anything",
      () => import("./commands/bootstrap.ts"),
    ),
    quickstart: leaf(care, "The first steps", () => import("./commands/quickstart.ts")),
    config: {
      group: care,
      summary: "Settings",
      commands: {
        get: sub("Show a setting", () => import("./commands/config-get.ts")),
        set: sub("Change a setting", () => import("./commands/config-set.ts")),
        "set-many": sub("Change several", () => import("./commands/config-set-many.ts")),
        unset: sub("Remove a setting", () => import("./commands/config-unset.ts")),
        list: sub("All settings", () => import("./commands/config-list.ts")),
        show: sub("Settings with where they come from", () => import("./commands/config-show.ts")),
        validate: sub("Check the settings", () => import("./commands/config-validate.ts")),
      },
    },
    kv: {
      group: care,
      summary: "Keys with values of your own",
      commands: {
        get: sub("Show a value", () => import("./commands/kv-get.ts")),
        set: sub("Set a key", () => import("./commands/kv-set.ts")),
        clear: sub("Remove a key", () => import("./commands/kv-clear.ts")),
        list: sub("All keys", () => import("./commands/kv-list.ts")),
      },
    },
    doctor: leaf(care, "Check the store", () => import("./commands/doctor.ts")),
    info: leaf(care, "About the store of this folder", () => import("./commands/info.ts")),
    where: leaf(care, "Where the beads of this folder are", () => import("./commands/where.ts")),
    context: leaf(care, "Repository, role and backend", () => import("./commands/context.ts")),
    ping: leaf(care, "Whether the store answers", () => import("./commands/ping.ts")),
    gc: leaf(care, "Pack the repository", () => import("./commands/gc.ts"), {
      aliases: ["compact", "flatten"],
    }),
    prune: leaf(care, "Delete old closed beads", () => import("./commands/prune.ts")),
    purge: leaf(care, "Delete closed wisps", () => import("./commands/purge.ts")),
    "rename-prefix": leaf(care, "Give all ids another prefix", () => import("./commands/rename-prefix.ts")),
    completion: leaf(care, "Completion for bash, zsh or fish", () => import("./commands/completion.ts")),
    version: leaf(care, "Versions", () => import("./commands/version.ts")),

    __index: hidden("Bring an index up to date", () => import("./commands/index-refresh.ts")),
    __complete: hidden("Suggestions for a shell", () => import("./commands/complete.ts")),
    mail: hidden("Mail, by the program that has it", () => import("./commands/mail.ts")),
    "create-form": hidden("Create a bead by answering questions", () => import("./commands/create-form.ts")),
    "repair-deps": hidden(
      "Remove dependencies on beads that are gone",
      () => import("./commands/repair-deps.ts"),
    ),
    "recompute-blocked": hidden("Build the index anew", () => import("./commands/rebuild-index.ts")),
    cleanup: hidden("Delete old closed beads", () => import("./commands/prune.ts")),
    reset: hidden("Put the beads aside and stop tracking", () => import("./commands/admin-reset.ts")),
    pour: hidden("Make a molecule from a formula", () => import("./commands/mol-pour.ts")),
    wisp: hidden("Make one that is not kept", () => import("./commands/mol-wisp.ts"), {
      commands: {
        create: sub("Make one that is not kept", () => import("./commands/mol-wisp.ts")),
        list: sub("List wisps", () => import("./commands/wisp-list.ts")),
        gc: sub("Delete old wisps", () => import("./commands/wisp-gc.ts")),
      },
    }),
    validate: hidden("Check the store", () => import("./commands/doctor.ts")),
    "detect-pollution": hidden("Check the store", () => import("./commands/doctor.ts")),
    admin: {
      hidden: true,
      summary: "Maintenance under its older names",
      commands: {
        cleanup: sub("Delete old closed beads", () => import("./commands/prune.ts")),
        compact: sub("Pack the repository", () => import("./commands/gc.ts")),
        reset: sub("Put the beads aside and stop tracking", () => import("./commands/admin-reset.ts")),
      },
    },
    dolt: {
      hidden: true,
      summary: "There is no database server",
      commands: {
        show: sub("Where the data is", () => import("./commands/dolt-show.ts")),
        status: sub("Nothing to run", () => import("./commands/dolt-status.ts")),
        test: sub("Whether the store answers", () => import("./commands/ping.ts")),
        start: sub("Nothing to start", nothing),
        stop: sub("Nothing to stop", nothing),
        commit: sub("Nothing to commit", nothing),
        push: sub("Give the beads to the git remote", () => import("./commands/dolt-push.ts")),
        pull: sub("Take the beads of the git remote", () => import("./commands/dolt-pull.ts")),
      },
    },
    daemon: hidden("There is no daemon", nothing, {
      commands: {
        start: sub("Nothing to start", nothing),
        stop: sub("Nothing to stop", nothing),
        status: sub("Nothing runs", nothing),
        logs: sub("Nothing to show", nothing),
      },
    }),
    daemons: hidden("There is no daemon", nothing),
    migrate: hidden("Nothing to migrate", () => import("./commands/migrate.ts")),
    vc: {
      hidden: true,
      summary: "Every change is a commit",
      commands: {
        commit: sub("Nothing to commit", nothing),
        status: sub("Where the branch is", () => import("./commands/context.ts")),
      },
    },
  },
};
