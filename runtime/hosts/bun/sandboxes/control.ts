/** Talks to the control API of a sandbox process. */
import { sandboxClient, unwrap } from "../../../../agent-sandbox/protocol/client.ts";
import {
  type Evidence,
  evidenceSchema,
  type SandboxStatus,
  sandboxStatusSchema,
} from "../../../../agent-sandbox/protocol/control.ts";
import type { Nudge } from "../../../../store/schema/nudge.ts";

/** Where a run is reached. */
export interface ControlAddress {
  readonly socket: string;
  readonly generation: number;
}

/** What the host asks of a sandbox. All throw {AppError}: `unavailable` when nobody answers, `stale_generation`. */
export const control = {
  async status({ socket, generation }: ControlAddress): Promise<SandboxStatus> {
    return sandboxStatusSchema.parse(unwrap(await sandboxClient(socket, generation).status.get()));
  },
  async gateway(
    { socket, generation }: ControlAddress,
    gateway_url: string,
    agent_token: string,
  ): Promise<void> {
    unwrap(await sandboxClient(socket, generation).gateway.post({ gateway_url, agent_token }));
  },
  async stop({ socket, generation }: ControlAddress, reason: string, grace_ms: number): Promise<void> {
    unwrap(await sandboxClient(socket, generation).stop.post({ reason, grace_ms }));
  },
  async evidence({ socket, generation }: ControlAddress): Promise<Evidence> {
    return evidenceSchema.parse(unwrap(await sandboxClient(socket, generation).evidence.get()));
  },
  async freeze({ socket, generation }: ControlAddress, frozen: boolean): Promise<void> {
    unwrap(await sandboxClient(socket, generation).freeze.post({ frozen }));
  },
  async input({ socket, generation }: ControlAddress, text: string, enter: boolean): Promise<void> {
    unwrap(await sandboxClient(socket, generation).input.post({ text, enter }));
  },
  /** @throws {AppError} not_supported when what runs reads no words, gone when it is about to end */
  async nudge({ socket, generation }: ControlAddress, nudge: Nudge): Promise<void> {
    unwrap(await sandboxClient(socket, generation).nudge.post({ nudge }));
  },
  /** @throws {AppError} precondition_failed while the run goes on, or has events that were not read */
  async shutdown({ socket, generation }: ControlAddress, seq: number): Promise<void> {
    unwrap(await sandboxClient(socket, generation).shutdown.post({ seq }));
  },
};
