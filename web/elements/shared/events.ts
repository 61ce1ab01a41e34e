/** Events by which elements say what the user chose. They bubble and cross shadow roots; a page decides what opens. */

/** A bead was chosen. */
export class OpenBeadEvent extends Event {
  static readonly type = "gastown-open-bead";
  readonly bead: string;

  constructor(bead: string) {
    super(OpenBeadEvent.type, { bubbles: true, composed: true, cancelable: true });
    this.bead = bead;
  }
}

/** An agent was chosen, or one of its runs. */
export class OpenAgentEvent extends Event {
  static readonly type = "gastown-open-agent";
  readonly agent: string;
  readonly run: string | undefined;

  constructor(agent: string, run?: string) {
    super(OpenAgentEvent.type, { bubbles: true, composed: true, cancelable: true });
    this.agent = agent;
    this.run = run;
  }
}

/** A message was chosen; none when it was closed. */
export class OpenMailEvent extends Event {
  static readonly type = "gastown-open-mail";
  readonly message: string | undefined;

  constructor(message: string | undefined) {
    super(OpenMailEvent.type, { bubbles: true, composed: true, cancelable: true });
    this.message = message;
  }
}

declare global {
  interface HTMLElementEventMap {
    "gastown-open-bead": OpenBeadEvent;
    "gastown-open-agent": OpenAgentEvent;
    "gastown-open-mail": OpenMailEvent;
  }
}
