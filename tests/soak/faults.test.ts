/**
 * The disk of `bd` fails at each of the calls that change it, one after the other: no space, an error, half a write, and the
 * end of the process. What was acknowledged is there, the repository is whole, and the next command works.
 * The full run (`npm run soak`): every kind at every call.
 */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { record, records } from "../cli-bd/bd.ts";
import { fsck, useFolders } from "../store/repository.ts";
import { answerOf, FULL, runBd, startStore, tell } from "./commands.ts";

const folder = useFolders();
const KINDS = ["full", "error", "torn", "dead"];
/** No command makes so many calls. */
const MOST_CALLS = 300;

test(
  "a disk that fails at any call of bd loses nothing acknowledged",
  async () => {
    const root = folder();
    const { dir, options, must } = await startStore(root);
    const id = String(record(await must("create", "Changed again and again")).id);
    const notes = async () => String(record(records(await must("show", id))[0]).notes ?? "");

    const tally = { faults: 0, acknowledged: 0, refused: 0, gone: 0 };
    let before = "";
    let over = false;
    for (let call = 1; !over; call++) {
      expect(call).toBeLessThan(MOST_CALLS);
      for (const [at, kind] of KINDS.entries()) {
        // The small share meets every call with one of the kinds, in turn.
        if (!FULL && call % KINDS.length !== at) continue;
        const value = `${kind} at ${call}`;
        const log = join(root, `fault-${kind}-${call}`);
        const ended = await runBd(["update", id, "--notes", value, "--json"], {
          ...options,
          preload: join(import.meta.dir, "faulty-disk.ts"),
          env: { FAULT: `${kind}:${call}`, FAULT_LOG: log },
        });
        over = !existsSync(log);
        const now = await notes();
        // Killed at the end it may have answered; and it may be there although nobody was told.
        const answered = ended.code === 0 || (ended.code === undefined && answerOf(ended) !== undefined);
        expect({ value, known: [before, value].includes(now) }).toEqual({ value, known: true });
        if (answered) expect(now).toBe(value);
        if (ended.code !== 0 && ended.code !== undefined) {
          expect(ended.stderr).toStartWith("Error: ");
          expect(ended.stderr).toMatch(/ENOSPC|EIO/);
        }
        if (!over) tally.faults++;
        if (answered) tally.acknowledged++;
        else if (ended.code === undefined) tally.gone++;
        else tally.refused++;
        before = now;
      }
      if (call % 10 === 0) fsck(dir);
    }
    fsck(dir);
    expect(record(await must("doctor"))).toMatchObject({ overall_ok: true });
    expect(tally.faults).toBeGreaterThan(FULL ? 40 : 10);
    expect(tally.refused).toBeGreaterThan(0);
    expect(tally.gone).toBeGreaterThan(0);
    tell(JSON.stringify(tally));
  },
  FULL ? 900_000 : 180_000,
);
