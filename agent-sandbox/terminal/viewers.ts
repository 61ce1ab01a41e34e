/**
 * Those who watch a terminal. Each gets a snapshot and then the live bytes, with nothing lost or doubled between.
 * A viewer that does not keep up gets nothing until its buffer has drained, and then a fresh snapshot.
 */
import type { TerminalServerFrame } from "../protocol/control.ts";
import type { Screen, Snapshot } from "./screen.ts";

/** Bytes that may wait in a viewer's connection, or for its snapshot, before it is skipped ahead. */
export const MAX_VIEWER_BACKLOG_BYTES = 1_048_576;
/** A viewer is skipped ahead at most this often: drawing a screen costs up to 0.1 s of CPU. */
const RESET_MS = 250;

/** The connection of a viewer. */
export interface ViewerPort {
  binary(bytes: Uint8Array): void;
  frame(frame: TerminalServerFrame): void;
  /** Bytes given to the connection that have not left yet. */
  backlog(): number;
}

export interface Viewer {
  readonly primary: boolean;
  /** The connection has drained: goes on if it had been skipped. */
  drained(): void;
  /** Becomes the one that types and sizes; an observer never does. */
  take(): void;
  leave(): void;
}

export interface Viewers {
  readonly count: number;
  readonly hasPrimary: boolean;
  attach(port: ViewerPort, options: { readonly observer: boolean }): Viewer;
  output(bytes: Uint8Array): void;
  resized(cols: number, rows: number): void;
  ended(code: number | null, reason: string): void;
}

interface Member {
  readonly port: ViewerPort;
  readonly observer: boolean;
  /** `waiting`: a snapshot was asked for, what comes meanwhile is kept. `behind`: gets nothing until it has drained. */
  mode: "waiting" | "live" | "behind";
  kept: (Uint8Array | { cols: number; rows: number })[];
  keptBytes: number;
  greeted: boolean;
  toldEnd: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export function createViewers(screen: Screen): Viewers {
  const members = new Set<Member>();
  let primary: Member | undefined;
  let end: { code: number | null; reason: string } | undefined;

  function setPrimary(next: Member | undefined): void {
    if (primary === next) return;
    const last = primary;
    primary = next;
    if (last !== undefined && members.has(last)) last.port.frame({ type: "primary", primary: false });
    if (next?.greeted) next.port.frame({ type: "primary", primary: true });
  }

  function catchUp(member: Member): void {
    member.mode = "waiting";
    member.kept = [];
    member.keptBytes = 0;
    screen.snapshot(snapshot => deliver(member, snapshot));
  }

  function deliver(member: Member, snapshot: Snapshot): void {
    if (!members.has(member) || member.mode !== "waiting") return;
    const { port } = member;
    const size = { cols: snapshot.cols, rows: snapshot.rows };
    if (member.greeted) port.frame({ type: "reset", ...size });
    else
      port.frame({
        type: "attached",
        ...size,
        primary: member === primary,
        live: end === undefined,
        title: screen.title,
      });
    member.greeted = true;
    port.binary(Buffer.concat([Buffer.from(snapshot.text), snapshot.tail]));
    if (member.keptBytes > MAX_VIEWER_BACKLOG_BYTES) {
      member.mode = "behind";
      if (port.backlog() === 0) catchUpLater(member);
      return;
    }
    for (const item of member.kept) {
      if (item instanceof Uint8Array) port.binary(item);
      else port.frame({ type: "resized", ...item });
    }
    member.kept = [];
    member.mode = "live";
    tellEnd(member);
  }

  function catchUpLater(member: Member): void {
    member.timer ??= setTimeout(() => {
      member.timer = undefined;
      if (member.mode === "behind" && members.has(member)) catchUp(member);
    }, RESET_MS);
  }

  function tellEnd(member: Member): void {
    if (end === undefined || member.toldEnd || member.mode !== "live") return;
    member.toldEnd = true;
    member.port.frame({ type: "ended", ...end });
  }

  return {
    get count() {
      return members.size;
    },
    get hasPrimary() {
      return primary !== undefined;
    },
    attach(port, { observer }) {
      const member: Member = {
        port,
        observer,
        mode: "waiting",
        kept: [],
        keptBytes: 0,
        greeted: false,
        toldEnd: false,
        timer: undefined,
      };
      members.add(member);
      if (primary === undefined && !observer) primary = member;
      catchUp(member);
      return {
        get primary() {
          return primary === member;
        },
        drained() {
          if (member.mode === "behind") catchUpLater(member);
        },
        take() {
          if (!observer) setPrimary(member);
        },
        leave() {
          members.delete(member);
          clearTimeout(member.timer);
          if (primary === member) setPrimary([...members].find(other => !other.observer));
        },
      };
    },
    output(bytes) {
      for (const member of members) {
        if (member.mode === "behind") continue;
        if (member.mode === "waiting") {
          member.keptBytes += bytes.length;
          // What is too much is not kept: after this snapshot another one is asked for.
          if (member.keptBytes <= MAX_VIEWER_BACKLOG_BYTES) member.kept.push(bytes);
          else member.kept = [];
        } else if (member.port.backlog() > MAX_VIEWER_BACKLOG_BYTES) {
          member.mode = "behind";
        } else {
          member.port.binary(bytes);
        }
      }
    },
    resized(cols, rows) {
      for (const member of members) {
        if (member.mode === "waiting") member.kept.push({ cols, rows });
        else if (member.mode === "live") member.port.frame({ type: "resized", cols, rows });
      }
    },
    ended(code, reason) {
      end = { code, reason };
      for (const member of members) tellEnd(member);
    },
  };
}
