/** A viewer of a sandbox's terminal over its real socket, with a headless terminal that draws what it gets. */
import { Terminal } from "@xterm/headless";
import WebSocket from "ws";
import { sandboxHeaders } from "../../agent-sandbox/protocol/client.ts";
import { type TerminalServerFrame, terminalServerFrameSchema } from "../../agent-sandbox/protocol/control.ts";
import type { SandboxSpec } from "../../agent-sandbox/protocol/spec.ts";

export interface TestViewer {
  readonly frames: TerminalServerFrame[];
  /** All output since the last snapshot, that included. */
  received(): Buffer;
  send(frame: object): void;
  /** Text of the screen and scrollback, line by line. */
  lines(): Promise<string[]>;
  /** Stops and goes on reading from the connection. */
  pause(): void;
  resume(): void;
  close(): void;
}

export async function openViewer(spec: SandboxSpec, query = ""): Promise<TestViewer> {
  const socket = new WebSocket(`ws+unix:${spec.socket}:/terminal${query}`, {
    headers: sandboxHeaders(spec.generation),
  });
  const terminal = new Terminal({ cols: 120, rows: 32, scrollback: 5_000, allowProposedApi: true });
  const frames: TerminalServerFrame[] = [];
  let chunks: Buffer[] = [];
  socket.on("message", (data: Buffer, binary: boolean) => {
    if (binary) {
      chunks.push(Buffer.from(data));
      terminal.write(new Uint8Array(data));
      return;
    }
    const frame = terminalServerFrameSchema.parse(JSON.parse(data.toString()));
    frames.push(frame);
    if (frame.type === "attached" || frame.type === "reset") {
      chunks = [];
      terminal.reset();
    }
    if ("cols" in frame) terminal.resize(frame.cols, frame.rows);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return {
    frames,
    received: () => Buffer.concat(chunks),
    send: frame => socket.send(JSON.stringify(frame)),
    async lines() {
      await new Promise<void>(resolve => terminal.write("", resolve));
      const { active } = terminal.buffer;
      return Array.from(
        { length: active.length },
        (_, row) => active.getLine(row)?.translateToString(true) ?? "",
      )
        .join("\n")
        .trimEnd()
        .split("\n");
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.close(),
  };
}
