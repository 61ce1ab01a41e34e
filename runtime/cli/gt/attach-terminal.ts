/** One terminal of an agent on this process's own: raw keys out, output in, size followed, everything put back at the end. */

import type { TerminalServerFrame } from "../../../agent-sandbox/protocol/control.ts";
import { AppError, ERROR_STATUS, type ErrorCode } from "../../../store/schema/errors.ts";
import type { ServerFrame } from "../../gateway/contract/socket.ts";
import { EXIT } from "../lib/exit-codes.ts";
import type { GtContext } from "./context.ts";
import { openSocket, type TownSocket } from "./socket.ts";

const CHANNEL = 1;
/** ctrl-], as telnet has it: no agent CLI uses it. */
const DETACH = 0x1d;
const ENTER = "\x1b[?1049h\x1b[2J\x1b[H";
/** Mouse, paste and focus reporting off, cursor shown, colours off, the user's own screen back. */
const LEAVE =
  "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?25h\x1b[0m\x1b[?1l\x1b>\x1b[?1049l";
const CLEAR = "\x1b[0m\x1b[2J\x1b[3J\x1b[H";

export interface AttachOptions {
  readonly agent: string;
  readonly run?: string;
  readonly readOnly: boolean;
}

/** Resolves with the exit code once detached or ended. @throws {AppError} not_found, unavailable */
export async function attachTerminal(options: AttachOptions, context: GtContext): Promise<number> {
  const { stdin, stdout } = process;
  const interactive = stdin.isTTY === true && stdout.isTTY === true;
  const over = Promise.withResolvers<string>();
  let onScreen = false;
  let socket: TownSocket | undefined;

  const size = () => ({ cols: Math.max(2, stdout.columns ?? 80), rows: Math.max(1, stdout.rows ?? 24) });
  const onFrame = (frame: ServerFrame): void => {
    if (frame.op === "terminal") onTerminal(frame.frame);
    else if (frame.op === "closed") over.reject(new AppError(codeOf(frame.code), frame.message));
    else if (frame.op === "error") over.reject(new AppError(codeOf(frame.code), frame.message));
  };
  const onTerminal = (frame: TerminalServerFrame): void => {
    switch (frame.type) {
      case "attached":
        if (!interactive || !frame.live) return;
        stdout.write(`${onScreen ? CLEAR : ENTER}\x1b]0;${options.agent} (ctrl-] leaves)\x07`);
        onScreen = true;
        if (!options.readOnly && !frame.primary) socket?.send({ op: "take", ch: CHANNEL });
        return;
      case "reset":
        if (onScreen) stdout.write(CLEAR);
        return;
      case "ended":
        over.resolve(frame.code === null ? frame.reason : `${frame.reason} (exit code ${frame.code})`);
        return;
      case "resized":
      case "primary":
        return;
    }
  };
  const onKeys = (data: Buffer): void => {
    const cut = data.indexOf(DETACH);
    const keys = cut === -1 ? data : data.subarray(0, cut);
    if (keys.length > 0 && !options.readOnly) {
      socket?.send({ op: "input", ch: CHANNEL, data: keys.toString("utf8") });
    }
    if (cut !== -1) over.resolve("left it running");
  };
  const onResize = (): void => socket?.send({ op: "resize", ch: CHANNEL, ...size() });

  socket = await openSocket(context.client(), { onFrame, onData: (_, bytes) => void stdout.write(bytes) });
  socket.closed.catch(over.reject);
  if (interactive) {
    context.note(`${options.agent}${options.readOnly ? ", read-only" : ""}: ctrl-] leaves the terminal.`);
    stdin.setRawMode(true);
    stdin.on("data", onKeys);
    stdout.on("resize", onResize);
  }
  try {
    const { agent, run } = options;
    socket.send({ op: "open", ch: CHANNEL, agent, ...(run === undefined ? {} : { run }), ...size() });
    const reason = await over.promise;
    leave();
    context.note(`${interactive ? "" : "\n"}${agent}: ${reason}.`);
    return EXIT.ok;
  } finally {
    leave();
    socket.close();
  }

  function leave(): void {
    if (onScreen) stdout.write(LEAVE);
    onScreen = false;
    if (!interactive) return;
    stdin.off("data", onKeys);
    stdout.off("resize", onResize);
    stdin.setRawMode(false);
    stdin.pause();
  }
}

function codeOf(code: string): ErrorCode {
  // SAFETY: the key was just found in the table of codes.
  return code in ERROR_STATUS ? (code as ErrorCode) : "internal";
}
