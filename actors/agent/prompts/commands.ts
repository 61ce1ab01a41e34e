/** The commands that prompts name. A command is named here once, so that a prompt cannot speak of one that is not there. */
export interface PromptCommand {
  /** Program and subcommand, as on the command line. */
  readonly command: readonly [program: "bd" | "gt", subcommand: string];
  /** Arguments as shown; `{bead}` stands for the bead. */
  readonly args: string;
  readonly does: string;
}

export const POLECAT_COMMANDS: readonly PromptCommand[] = [
  { command: ["bd", "show"], args: "{bead}", does: "reads your bead in full, with its comments" },
  {
    command: ["bd", "update"],
    args: '{bead} --notes "..."',
    does: "keeps a note on it for whoever comes after you",
  },
  { command: ["bd", "create"], args: '"<title>" --type bug', does: "files what you find and do not fix now" },
  {
    command: ["gt", "checkpoint"],
    args: '"<note>"',
    does: "keeps a note and your files for whoever goes on",
  },
  { command: ["gt", "ask"], args: '"<question>"', does: "asks people what you cannot decide" },
  { command: ["gt", "prime"], args: "", does: "says again what you should know and do now" },
  { command: ["gt", "done"], args: "", does: "submits your committed work; the last thing that you do" },
];

export const REVIEWER_COMMANDS: readonly PromptCommand[] = [
  { command: ["gt", "review"], args: "approve {bead}", does: "lets it be tested and merged" },
  {
    command: ["gt", "review"],
    args: 'request-changes {bead} --message "..."',
    does: "sends it back with what has to be different; an agent reads it",
  },
  {
    command: ["gt", "review"],
    args: 'escalate {bead} --message "..."',
    does: "asks a person to decide",
  },
];

export const MAYOR_COMMANDS: readonly PromptCommand[] = [
  { command: ["gt", "prime"], args: "", does: "says again how things stand and what waits" },
  {
    command: ["gt", "bead"],
    args: 'create "<title>" --rig <rig> --description "..."',
    does: "files one piece of work",
  },
  { command: ["gt", "sling"], args: "{bead}", does: "gives it to the next free polecat" },
  {
    command: ["gt", "convoy"],
    args: "plan plan.toml --start",
    does: "makes a whole plan with its dependencies, and starts it; with --help it shows the form",
  },
  { command: ["gt", "convoy"], args: "show <convoy>", does: "shows how far it is, and what keeps it" },
  { command: ["gt", "show"], args: "{bead}", does: "reads a bead in full, with its comments" },
  { command: ["gt", "ready"], args: "", does: "lists work that could be begun" },
  { command: ["gt", "agents"], args: "", does: "shows who works on what" },
  { command: ["gt", "nudge"], args: '<rig>/<agent> "..."', does: "says something to an agent at work" },
  {
    command: ["gt", "mail"],
    args: 'send <address> -s "..." -m "..."',
    does: "writes to a person, an agent, @<rig> or @town",
  },
  { command: ["gt", "mail"], args: 'reply <id> "..."', does: "answers; with that the message is done with" },
  { command: ["gt", "mail"], args: "ack <id>", does: "says that a message is done with" },
  {
    command: ["gt", "triage"],
    args: "list",
    does: "lists what the patrol asks about agents; `gt triage resolve <id> --action <what>` decides",
  },
  { command: ["gt", "escalation"], args: "list", does: "lists what stands; ack and resolve settle it" },
  { command: ["gt", "escalate"], args: '"..."', does: "asks people for what only they can decide" },
];

/** `{bead}` stands for the request. */
export const TRIAGE_COMMANDS: readonly PromptCommand[] = [
  {
    command: ["gt", "triage"],
    args: 'resolve {bead} --action nudge --text "..."',
    does: "tells the agent what to try, and lets it go on",
  },
  {
    command: ["gt", "triage"],
    args: "resolve {bead} --action restart",
    does: "gives its bead to the next free agent, at no cost of an attempt",
  },
  {
    command: ["gt", "triage"],
    args: "resolve {bead} --action backoff",
    does: "ends the attempt as failed; the next one comes after a pause",
  },
  {
    command: ["gt", "triage"],
    args: "resolve {bead} --action unsling",
    does: "takes the bead back; nobody works on it until it is slung again",
  },
  {
    command: ["gt", "triage"],
    args: "resolve {bead} --action escalate",
    does: "asks people, when you cannot tell",
  },
  {
    command: ["gt", "triage"],
    args: "resolve {bead} --action dismiss",
    does: "says that all is well with it",
  },
];

export const PERSON_COMMANDS: readonly PromptCommand[] = [
  { command: ["gt", "bead"], args: 'create "<title>" --rig <rig>', does: "files work" },
  { command: ["gt", "sling"], args: "{bead}", does: "gives it to the next free polecat" },
  { command: ["gt", "agents"], args: "", does: "shows who works on what" },
  { command: ["gt", "attach"], args: "<agent>", does: "opens an agent's terminal" },
];

/** `bd show sa-4k2cd  - reads ...`, one line each. */
export function commandLines(commands: readonly PromptCommand[], bead: string): string[] {
  return commands.map(({ command, args, does }) => {
    const line = [...command, args].join(" ").trim().replaceAll("{bead}", bead);
    return `- \`${line}\` ${does}`;
  });
}
