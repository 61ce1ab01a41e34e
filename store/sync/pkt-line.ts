/** Packet lines and side bands, in which the smart protocol of git wraps what it says. */
import { concat, fromUtf8, utf8 } from "../branch/bytes.ts";
import { AppError } from "../schema/errors.ts";

const FLUSH = utf8("0000");

/** A line with its length in front. */
export function pktLine(text: string): Uint8Array {
  const data = utf8(text);
  return concat([utf8((data.length + 4).toString(16).padStart(4, "0")), data]);
}

/** The end of a section. */
export function pktFlush(): Uint8Array {
  return FLUSH;
}

/** One packet: its content, or undefined for a flush. */
export type Packet = Uint8Array | undefined;

/** The packets of a complete answer. @throws {AppError} git_failed when it is cut off or is no such answer */
export function* readPackets(data: Uint8Array): Generator<Packet> {
  let at = 0;
  while (at < data.length) {
    const length = Number.parseInt(fromUtf8(data.subarray(at, at + 4)), 16);
    if (Number.isNaN(length) || (length > 0 && length < 4) || at + length > data.length) {
      throw new AppError("git_failed", "The remote's answer is not in git's protocol, or was cut off.", {
        hint: "Try again; if it stays so, check the address of the remote.",
        retryable: true,
      });
    }
    yield length === 0 ? undefined : data.subarray(at + 4, at + length);
    at += Math.max(length, 4);
  }
}

/** What the bands of a side-band answer carried. */
export interface SideBands {
  readonly data: Uint8Array;
  /** What the remote wanted a person to read. */
  readonly messages: string;
}

/** Takes the bands of packets apart. @throws {AppError} git_failed when the remote reported a fatal error */
export function readSideBands(packets: Iterable<Packet>): SideBands {
  const data: Uint8Array[] = [];
  let messages = "";
  for (const packet of packets) {
    if (packet === undefined) continue;
    const body = packet.subarray(1);
    if (packet[0] === 1) data.push(body);
    else if (packet[0] === 2) messages += fromUtf8(body);
    else if (packet[0] === 3) {
      throw new AppError("git_failed", `The remote failed: ${fromUtf8(body).trim()}`, {
        hint: "Try again later, or look at the remote.",
        retryable: true,
      });
    }
  }
  return { data: concat(data), messages };
}
