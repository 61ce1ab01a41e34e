/**
 * The command tree of `gt`. Each command is loaded when it is called, so that none pays for another.
 * It is longer than other files because it is the one list of all commands.
 */
import { EXIT_HELP } from "../lib/exit-codes.ts";
import type { Program } from "../lib/program.ts";
import { GLOBAL_FLAGS, type GtContext } from "./context.ts";

const town = "The town";
const work = "Work";
const agents = "Agents";
const inside = "For agents, in a sandbox";
const shell = "Shell";

/** `gt` and `gastown gt`. */
export const GT: Program<GtContext> = {
  name: "gt",
  summary: "Runs many coding agents at once on real git repositories, and never loses their work.",
  globals: GLOBAL_FLAGS,
  footer: `Exit codes\n${EXIT_HELP.map(line => `  ${line}`).join("\n")}`,
  commands: {
    start: {
      group: town,
      summary: "Start a town and its dashboard",
      load: async () => (await import("./commands/start.ts")).start,
    },
    stop: {
      group: town,
      summary: "Stop the town; agents go on unless told otherwise",
      load: async () => (await import("./commands/stop.ts")).stop,
    },
    status: {
      group: town,
      summary: "Is it up, and what is going on",
      aliases: ["st"],
      load: async () => (await import("./commands/status.ts")).status,
    },
    url: {
      group: town,
      summary: "A new link to sign in to the dashboard",
      aliases: ["open"],
      load: async () => (await import("./commands/url.ts")).url,
    },
    feed: {
      group: town,
      summary: "What happened lately",
      load: async () => (await import("./commands/feed.ts")).feed,
    },
    log: {
      group: town,
      summary: "The log of the town's process",
      load: async () => (await import("./commands/log.ts")).log,
    },
    sync: {
      group: town,
      summary: "Exchange beads with the git remotes",
      load: async () => (await import("./commands/sync.ts")).sync,
    },
    pause: {
      group: town,
      summary: "Start nothing new until resumed",
      load: async () => (await import("./commands/brakes.ts")).pause,
    },
    resume: {
      group: town,
      summary: "Start work again",
      load: async () => (await import("./commands/brakes.ts")).resume,
    },
    drain: {
      group: town,
      summary: "Start nothing new, and wait for what runs",
      load: async () => (await import("./commands/brakes.ts")).drain,
    },
    estop: {
      group: town,
      summary: "Freeze every agent where it is, now",
      load: async () => (await import("./commands/brakes.ts")).estop,
    },
    thaw: {
      group: town,
      summary: "Let what was frozen go on",
      load: async () => (await import("./commands/brakes.ts")).thaw,
    },
    budget: {
      group: town,
      summary: "What work may use: tokens, money, time, attempts",
      aliases: ["budgets"],
      commands: {
        show: {
          summary: "Show budgets and what was used of them",
          aliases: ["list", "ls"],
          load: async () => (await import("./commands/budget.ts")).budgetShow,
        },
        set: {
          summary: "Set limits of a bead, a convoy, a rig or the town",
          load: async () => (await import("./commands/budget.ts")).budgetSet,
        },
        unset: {
          summary: "Take a budget away",
          aliases: ["rm"],
          load: async () => (await import("./commands/budget.ts")).budgetUnset,
        },
      },
    },
    usage: {
      group: town,
      summary: "Tokens, money and time that were used",
      aliases: ["costs"],
      load: async () => (await import("./commands/usage.ts")).usage,
    },
    explain: {
      group: town,
      summary: "Why a thing is where it is, and what comes next",
      load: async () => (await import("./commands/explain.ts")).explain,
    },
    settings: {
      group: town,
      summary: "Settings of the town as a whole",
      load: async () => (await import("./commands/settings.ts")).settingsShow,
      commands: {
        set: {
          summary: "Change settings of the town",
          load: async () => (await import("./commands/settings.ts")).settingsSet,
        },
      },
    },
    doctor: {
      group: town,
      summary: "Check this machine and the town",
      load: async () => (await import("./commands/doctor.ts")).doctor,
    },
    rig: {
      group: work,
      summary: "Repositories that the town works on",
      aliases: ["rigs"],
      commands: {
        add: {
          summary: "Add a repository",
          load: async () => (await import("./commands/rig-add.ts")).rigAdd,
        },
        list: {
          summary: "List rigs",
          aliases: ["ls"],
          load: async () => (await import("./commands/rig-list.ts")).rigList,
        },
        show: {
          summary: "Show a rig and its settings",
          load: async () => (await import("./commands/rig-list.ts")).rigShow,
        },
        set: {
          summary: "Change settings of a rig",
          load: async () => (await import("./commands/rig-set.ts")).rigSet,
        },
        park: {
          summary: "Start nothing new in a rig",
          load: async () => (await import("./commands/rig-park.ts")).rigPark,
        },
        unpark: {
          summary: "Start work in a parked rig again",
          load: async () => (await import("./commands/rig-park.ts")).rigUnpark,
        },
      },
    },
    bead: {
      group: work,
      summary: "Units of work",
      aliases: ["beads"],
      commands: {
        create: {
          summary: "Make a bead in a rig",
          aliases: ["new"],
          load: async () => (await import("./commands/bead-create.ts")).beadCreate,
        },
        list: {
          summary: "List beads",
          aliases: ["ls"],
          load: async () => (await import("./commands/bead-list.ts")).beadList,
        },
        show: {
          summary: "Show a bead",
          load: async () => (await import("./commands/bead-show.ts")).beadShow,
        },
        close: {
          summary: "Close beads without a merge",
          load: async () => (await import("./commands/bead-close.ts")).beadClose,
        },
        reopen: {
          summary: "Open beads again",
          load: async () => (await import("./commands/bead-close.ts")).beadReopen,
        },
        update: {
          summary: "Change fields of a bead",
          aliases: ["edit"],
          load: async () => (await import("./commands/bead-update.ts")).beadUpdate,
        },
        comment: {
          summary: "Write a comment on a bead",
          load: async () => (await import("./commands/bead-update.ts")).beadComment,
        },
        link: {
          summary: "Make a bead wait for another",
          load: async () => (await import("./commands/bead-link.ts")).beadLink,
        },
        unlink: {
          summary: "Let a bead wait for another no longer",
          load: async () => (await import("./commands/bead-link.ts")).beadUnlink,
        },
      },
    },
    show: {
      group: work,
      summary: "Show a bead",
      load: async () => (await import("./commands/bead-show.ts")).beadShow,
    },
    ready: {
      group: work,
      summary: "Work without open blockers",
      load: async () => (await import("./commands/ready.ts")).ready,
    },
    sling: {
      group: work,
      summary: "Have beads worked on",
      load: async () => (await import("./commands/sling.ts")).sling,
    },
    unsling: {
      group: work,
      summary: "Take beads back",
      load: async () => (await import("./commands/unsling.ts")).unsling,
    },
    ui: {
      group: town,
      summary: "Show something on the dashboards that are open",
      commands: {
        "open-bead": {
          summary: "Open a bead",
          load: async () => (await import("./commands/ui.ts")).uiOpenBead,
        },
        "open-agent": {
          summary: "Open an agent's page",
          load: async () => (await import("./commands/ui.ts")).uiOpenAgent,
        },
        "open-convoy": {
          summary: "Open a convoy",
          load: async () => (await import("./commands/ui.ts")).uiOpenConvoy,
        },
        "highlight-bead": {
          summary: "Mark a bead on the board",
          load: async () => (await import("./commands/ui.ts")).uiHighlightBead,
        },
      },
    },
    hold: {
      group: work,
      summary: "Keep beads from being dispatched",
      load: async () => (await import("./commands/hold.ts")).hold,
    },
    unhold: {
      group: work,
      summary: "Let held beads go on",
      load: async () => (await import("./commands/hold.ts")).unhold,
    },
    defer: {
      group: work,
      summary: "Put beads off until a time",
      load: async () => (await import("./commands/defer.ts")).defer,
    },
    undefer: {
      group: work,
      summary: "Let deferred beads go on",
      load: async () => (await import("./commands/defer.ts")).undefer,
    },
    formula: {
      group: work,
      summary: "Ways of working that a bead can be slung with",
      aliases: ["formulas"],
      commands: {
        list: {
          summary: "List formulas",
          aliases: ["ls"],
          load: async () => (await import("./commands/formula.ts")).formulaList,
        },
        show: {
          summary: "Show a formula",
          load: async () => (await import("./commands/formula.ts")).formulaShow,
        },
      },
    },
    mol: {
      group: work,
      summary: "The steps of the formula that work follows",
      aliases: ["molecule"],
      commands: {
        status: {
          summary: "All steps, and how far the work has come",
          aliases: ["show"],
          load: async () => (await import("./commands/mol.ts")).molStatus,
        },
        current: {
          summary: "The step that is to be done now",
          load: async () => (await import("./commands/mol.ts")).molCurrent,
        },
        next: {
          summary: "The step is done: close it and show the next",
          aliases: ["advance"],
          load: async () => (await import("./commands/mol.ts")).molNext,
        },
        fail: {
          summary: "The step cannot be done",
          load: async () => (await import("./commands/mol.ts")).molFail,
        },
      },
    },
    gate: {
      group: work,
      summary: "What work waits for, and a person's yes or no",
      aliases: ["gates"],
      commands: {
        list: {
          summary: "List the gates that work waits for",
          aliases: ["ls"],
          load: async () => (await import("./commands/gate.ts")).gateList,
        },
        show: {
          summary: "Show a gate",
          load: async () => (await import("./commands/gate.ts")).gateShow,
        },
        approve: {
          summary: "Open a gate",
          load: async () => (await import("./commands/gate.ts")).gateApprove,
        },
        reject: {
          summary: "Reject a gate; the work that waits for it fails",
          load: async () => (await import("./commands/gate.ts")).gateReject,
        },
      },
    },
    convoy: {
      group: work,
      summary: "Sets of beads that are tracked together",
      aliases: ["convoys"],
      commands: {
        create: {
          summary: "Track beads as a convoy",
          load: async () => (await import("./commands/convoy-create.ts")).convoyCreate,
        },
        list: {
          summary: "List convoys",
          aliases: ["ls"],
          load: async () => (await import("./commands/convoy-list.ts")).convoyList,
        },
        show: {
          summary: "Show a convoy",
          load: async () => (await import("./commands/convoy-list.ts")).convoyShow,
        },
        plan: {
          summary: "Make a plan's beads and their convoy",
          load: async () => (await import("./commands/convoy-create.ts")).convoyPlan,
        },
        start: {
          summary: "Sling what is left of a convoy",
          aliases: ["launch"],
          load: async () => (await import("./commands/convoy-change.ts")).convoyStart,
        },
        add: {
          summary: "Add beads to a convoy",
          load: async () => (await import("./commands/convoy-change.ts")).convoyAdd,
        },
        remove: {
          summary: "Take beads out of a convoy",
          aliases: ["rm"],
          load: async () => (await import("./commands/convoy-change.ts")).convoyRemove,
        },
        set: {
          summary: "Change owner, watchers, mode or title",
          load: async () => (await import("./commands/convoy-change.ts")).convoySet,
        },
        close: {
          summary: "Give a convoy up",
          load: async () => (await import("./commands/convoy-change.ts")).convoyClose,
        },
      },
    },
    review: {
      group: work,
      summary: "Verdicts on merge requests",
      commands: {
        approve: {
          summary: "It may be tested and merged",
          load: async () => (await import("./commands/review.ts")).reviewApprove,
        },
        "request-changes": {
          summary: "Something has to be different first",
          load: async () => (await import("./commands/review.ts")).reviewRequestChanges,
        },
        escalate: {
          summary: "A person has to decide",
          load: async () => (await import("./commands/review.ts")).reviewEscalate,
        },
      },
    },
    forge: {
      group: work,
      summary: "Where pull requests are opened",
      commands: {
        login: {
          summary: "Keep a token for it",
          load: async () => (await import("./commands/forge-login.ts")).forgeLogin,
        },
      },
    },
    mq: {
      group: work,
      summary: "The merge queue",
      commands: {
        list: {
          summary: "List merge requests",
          aliases: ["ls"],
          load: async () => (await import("./commands/mq-list.ts")).mqList,
        },
        show: {
          summary: "Show a merge request, and why it is where it is",
          load: async () => (await import("./commands/mq-decide.ts")).mqShow,
        },
        retry: {
          summary: "Have a merge tried again",
          load: async () => (await import("./commands/mq-decide.ts")).mqRetry,
        },
        reject: {
          summary: "Turn a merge request down",
          load: async () => (await import("./commands/mq-decide.ts")).mqReject,
        },
      },
    },
    agents: {
      group: agents,
      summary: "Who works on what",
      load: async () => (await import("./commands/agents.ts")).agents,
      commands: {
        show: {
          summary: "What an agent has behind it",
          load: async () => (await import("./commands/agents-show.ts")).agentsShow,
        },
      },
    },
    mayor: {
      group: agents,
      summary: "The mayor as an agent: it plans and hands out work",
      commands: {
        start: {
          summary: "Have it run",
          load: async () => (await import("./commands/mayor.ts")).mayorStart,
        },
        stop: {
          summary: "End its session",
          load: async () => (await import("./commands/mayor.ts")).mayorStop,
        },
        restart: {
          summary: "Begin a new session",
          load: async () => (await import("./commands/mayor.ts")).mayorRestart,
        },
        status: {
          summary: "Is it there, and what waits for it",
          load: async () => (await import("./commands/mayor.ts")).mayorStatus,
        },
        attach: {
          summary: "Its terminal, in yours",
          load: async () => (await import("./commands/mayor.ts")).mayorAttach,
        },
      },
    },
    patrol: {
      group: agents,
      summary: "What the patrol sees of agents at work",
      load: async () => (await import("./commands/patrol.ts")).patrol,
    },
    triage: {
      group: agents,
      summary: "What the patrol asks people to look at",
      commands: {
        list: {
          summary: "List requests",
          aliases: ["ls"],
          load: async () => (await import("./commands/patrol.ts")).triageList,
        },
        resolve: {
          summary: "Say what is to be done",
          load: async () => (await import("./commands/patrol.ts")).triageResolve,
        },
      },
    },
    nudge: {
      group: agents,
      summary: "Say something to an agent at work",
      load: async () => (await import("./commands/nudge.ts")).nudge,
    },
    mail: {
      group: agents,
      summary: "Mail between people and agents",
      commands: {
        send: {
          summary: "Send mail",
          load: async () => (await import("./commands/mail.ts")).mailSend,
        },
        inbox: {
          summary: "What waits for you",
          aliases: ["list", "ls"],
          load: async () => (await import("./commands/mail.ts")).mailInbox,
        },
        read: {
          summary: "Show a message and mark it read",
          aliases: ["show"],
          load: async () => (await import("./commands/mail.ts")).mailRead,
        },
        reply: {
          summary: "Answer a message",
          load: async () => (await import("./commands/mail.ts")).mailReply,
        },
        thread: {
          summary: "Show a conversation",
          load: async () => (await import("./commands/mail.ts")).mailThread,
        },
        ack: {
          summary: "Acknowledge messages",
          load: async () => (await import("./commands/mail.ts")).mailAck,
        },
        archive: {
          summary: "Take messages out of the inbox",
          load: async () => (await import("./commands/mail.ts")).mailArchive,
        },
        claim: {
          summary: "Claim a message from a queue",
          load: async () => (await import("./commands/mail.ts")).mailClaim,
        },
        release: {
          summary: "Put a claimed message back",
          load: async () => (await import("./commands/mail.ts")).mailRelease,
        },
        groups: {
          summary: "Lists of addresses",
          load: async () => (await import("./commands/mail-lists.ts")).mailGroups,
        },
        channels: {
          summary: "What is posted for all to read",
          load: async () => (await import("./commands/mail-lists.ts")).mailChannels,
        },
        queues: {
          summary: "What one of many is to do",
          load: async () => (await import("./commands/mail-lists.ts")).mailQueues,
        },
      },
    },
    escalate: {
      group: agents,
      summary: "Ask people for help or a decision",
      load: async () => (await import("./commands/escalate.ts")).escalate,
    },
    escalation: {
      group: agents,
      summary: "What people are asked to see to",
      aliases: ["escalations"],
      commands: {
        list: {
          summary: "List what stands",
          aliases: ["ls"],
          load: async () => (await import("./commands/escalate.ts")).escalationList,
        },
        show: {
          summary: "Show an escalation",
          load: async () => (await import("./commands/escalate.ts")).escalationShow,
        },
        ack: {
          summary: "Take one in hand",
          aliases: ["acknowledge"],
          load: async () => (await import("./commands/escalate.ts")).escalationAck,
        },
        resolve: {
          summary: "One is settled",
          aliases: ["close"],
          load: async () => (await import("./commands/escalate.ts")).escalationResolve,
        },
        settings: {
          summary: "Ways and times",
          load: async () => (await import("./commands/escalate.ts")).escalationSettings,
        },
        contacts: {
          summary: "Webhook, email and desktop",
          load: async () => (await import("./commands/escalation-contacts.ts")).escalationContacts,
        },
      },
    },
    attach: {
      group: agents,
      summary: "An agent's terminal, in yours",
      load: async () => (await import("./commands/attach.ts")).attach,
    },
    "stop-agent": {
      group: agents,
      summary: "End an agent's run; its work is kept",
      load: async () => (await import("./commands/stop-agent.ts")).stopAgent,
    },
    done: {
      group: inside,
      summary: "Submit the work on your bead",
      load: async () => (await import("./commands/done.ts")).done,
    },
    prime: {
      group: inside,
      summary: "What you should know and do now",
      load: async () => (await import("./commands/prime.ts")).prime,
    },
    say: {
      group: inside,
      summary: "What you are doing, in one line",
      load: async () => (await import("./commands/report.ts")).say,
    },
    checkpoint: {
      group: inside,
      summary: "A note and a copy of your files for whoever goes on",
      load: async () => (await import("./commands/report.ts")).checkpoint,
    },
    ask: {
      group: inside,
      summary: "Ask people a question",
      load: async () => (await import("./commands/report.ts")).ask,
    },
    answer: {
      group: work,
      summary: "Answer the question of an agent",
      load: async () => (await import("./commands/report.ts")).answer,
    },
    mcp: {
      group: inside,
      summary: "Serve the town to a model: MCP on standard input and output",
      load: async () => (await import("./commands/mcp.ts")).mcp,
    },
    whoami: {
      group: inside,
      summary: "Who you are to the town",
      load: async () => (await import("./commands/whoami.ts")).whoami,
    },
    completion: {
      group: shell,
      summary: "Completion for bash, zsh or fish",
      load: async () => (await import("./commands/completion.ts")).completion,
    },
    version: {
      group: shell,
      summary: "The version",
      load: async () => (await import("./commands/version.ts")).version,
    },
    __complete: {
      hidden: true,
      summary: "Suggestions for a shell",
      load: async () => (await import("./commands/complete.ts")).complete,
    },
  },
};
