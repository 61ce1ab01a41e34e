/** The control API as an Elysia app. Reached over a unix socket that only the user's own processes can open. */
import { Elysia } from "elysia";
import { z } from "zod";
import { AppError } from "../../store/schema/errors.ts";
import type { EventLog } from "../log/event-log.ts";
import {
  freezeSchema,
  GENERATION_HEADER,
  gatewayUpdateSchema,
  inputSchema,
  nudgeBodySchema,
  shutdownSchema,
  stopSchema,
} from "../protocol/control.ts";
import type { Run } from "../run/run.ts";
import type { RunTerminal } from "../terminal/terminal.ts";
import { eventsSocket } from "./events-socket.ts";
import { terminalSocket } from "./terminal-socket.ts";

export interface ControlDeps {
  readonly generation: number;
  readonly run: Run;
  readonly log: EventLog;
  readonly terminal: RunTerminal;
  /** Ends the process soon after the answer is out. */
  readonly shutdown: () => void;
}

const afterSchema = z.object({ after: z.coerce.number().int().nonnegative().default(0) });

/** Not exported as a value to anybody but the server; its type is what the client is made from. */
export function createControlApp({ generation, run, log, terminal, shutdown }: ControlDeps) {
  return new Elysia()
    .onError(({ error, code }): Response => {
      const failure =
        code === "VALIDATION"
          ? new AppError("invalid_argument", `The request does not fit: ${error.message}`)
          : code === "NOT_FOUND"
            ? new AppError("not_found", "The control API has no such path.")
            : AppError.from(error);
      return Response.json(failure.toJSON(), { status: failure.status });
    })
    .onBeforeHandle(({ request }) => {
      const believed = request.headers.get(GENERATION_HEADER);
      if (believed === String(generation)) return;
      throw new AppError(
        "stale_generation",
        `This is generation ${generation}, not ${believed ?? "unknown"}.`,
        {
          hint: `Send the header ${GENERATION_HEADER} of the run that is meant.`,
          data: { generation },
        },
      );
    })
    .get("/status", () => run.status())
    .get("/events", ({ query }) => ({ events: [...log.after(query.after)] }), { query: afterSchema })
    .post(
      "/gateway",
      ({ body }) => {
        run.updateGateway(body.gateway_url, body.agent_token);
        return { ok: true as const };
      },
      { body: gatewayUpdateSchema },
    )
    .post(
      "/stop",
      ({ body }) => {
        // Somebody's wish, and no failure of the agent: the town must be able to tell the two apart.
        run.stop({ reason: body.reason, graceMs: body.grace_ms, errorCode: "cancelled" });
        return { ok: true as const };
      },
      { body: stopSchema },
    )
    .get("/evidence", () => run.evidence())
    .post("/freeze", ({ body }) => ({ frozen: body.frozen, stopped: run.freeze(body.frozen) }), {
      body: freezeSchema,
    })
    .post(
      "/input",
      ({ body }) => {
        run.input(body.text, body.enter);
        return { ok: true as const };
      },
      { body: inputSchema },
    )
    .post(
      "/nudge",
      ({ body }) => {
        run.nudge(body.nudge);
        return { ok: true as const };
      },
      { body: nudgeBodySchema },
    )
    .post(
      "/shutdown",
      ({ body }) => {
        if (!run.exited || body.seq < log.lastSeq) {
          const why = run.exited ? `Its events after ${body.seq} were not read.` : "The run has not ended.";
          throw new AppError("precondition_failed", why, {
            hint: run.exited ? "Read the events first." : "Stop it first.",
            data: { last_seq: log.lastSeq },
          });
        }
        shutdown();
        return { ok: true as const };
      },
      { body: shutdownSchema },
    )
    .ws("/events", { query: afterSchema, ...eventsSocket(log) })
    .ws("/terminal", { query: z.object({ observe: z.string().optional() }), ...terminalSocket(terminal) });
}

/** Type of the control API, for the typed client. */
export type ControlApp = ReturnType<typeof createControlApp>;
