/**
 * `bd` is killed at random moments: what it acknowledged is there, what it did not is there whole or not at all, the
 * repository is whole, and the next command works. The full run (`npm run soak`): four hundred times.
 */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { record, records } from "../cli-bd/bd.ts";
import { fsck, useFolders } from "../store/repository.ts";
import { answerOf, FULL, runBd, startBd, startStore, tell } from "./commands.ts";

const folder = useFolders();
const KILLS = FULL ? 400 : 14;
const IMPORTED = 60;
/** Kills between two looks at the whole repository. */
const KILLS_PER_LOOK = FULL ? 20 : 7;
/** Later than this behind its start, measured in times that such a command takes, no process is killed. */
const LATEST = 1.1;

/** A command that changes something, and how to see whether it did. */
interface Change {
  readonly name: string;
  readonly args: readonly string[];
  /** How much of it is there: 0 for nothing, 1 for all. Anything between would be a half-made change. */
  done(bead: (id: string) => Record<string, unknown> | undefined): number;
}

test(
  "kill -9 of bd loses nothing acknowledged, and leaves nothing half-made",
  async () => {
    const root = folder();
    const { dir, options, must } = await startStore(root);
    let number = 0;
    /** Undefined where there is no such bead. */
    const show = async (id: string): Promise<Record<string, unknown> | undefined> => {
      const ended = await runBd(["show", id, "--json"], options);
      return ended.code === 0 ? records(answerOf(ended))[0] : undefined;
    };
    const target = async (): Promise<string> => String(record(await must("create", `Target ${number++}`)).id);

    const makers: readonly (() => Promise<Change & { readonly ids: readonly string[] }>)[] = [
      async () => {
        const id = `gt-new${number++}`;
        return {
          name: "create",
          args: ["create", "New", "--id", id, "--labels", "a,b"],
          ids: [id],
          done: bead =>
            bead(id) === undefined ? 0 : JSON.stringify(bead(id)?.labels) === '["a","b"]' ? 1 : 0.5,
        };
      },
      async () => {
        const id = await target();
        return {
          name: "update",
          args: ["update", id, "--title", "Changed", "--notes", "noted"],
          ids: [id],
          done: bead => Number(bead(id)?.title === "Changed") / 2 + Number(bead(id)?.notes === "noted") / 2,
        };
      },
      async () => {
        const id = await target();
        return {
          name: "close",
          args: ["close", id, "--reason", "finished"],
          ids: [id],
          done: bead =>
            Number(bead(id)?.status === "closed") / 2 + Number(bead(id)?.close_reason === "finished") / 2,
        };
      },
      async () => {
        const ids = [await target(), await target(), await target()];
        return {
          name: "label of three",
          args: ["label", "add", ...ids, "late"],
          ids,
          done: bead =>
            ids.filter(id => JSON.stringify(bead(id)?.labels ?? []) === '["late"]').length / ids.length,
        };
      },
      async () => {
        const id = await target();
        return {
          name: "delete",
          args: ["delete", id, "--force"],
          ids: [id],
          done: bead => Number(bead(id) === undefined),
        };
      },
      async () => {
        const own = number++;
        const ids = Array.from({ length: IMPORTED }, (_, at) => `gt-i${own}x${at}`);
        const file = join(root, `import${own}.jsonl`);
        const lines = ids.map(id =>
          JSON.stringify({ id, title: id, status: "open", issue_type: "task", priority: 2 }),
        );
        writeFileSync(file, lines.join("\n"));
        return {
          name: "import",
          args: ["import", file],
          // The first, the last and one between stand for all.
          ids: [ids[0] ?? "", ids[IMPORTED / 2] ?? "", ids[IMPORTED - 1] ?? ""],
          done: bead =>
            [0, IMPORTED / 2, IMPORTED - 1].filter(at => bead(ids[at] ?? "") !== undefined).length / 3,
        };
      },
    ];

    const taken = makers.map(() => 0);
    const tally = { killed: 0, answered: 0, done: 0, undone: 0 };
    for (let round = 0; tally.killed < KILLS; round++) {
      const at = round % makers.length;
      const change = await makers[at]?.();
      if (change === undefined) break;
      const start = performance.now();
      const started = await startBd([...change.args, "--json"], options);
      // The first of each kind runs to its end, and says how long it takes.
      const usual = taken[at] ?? 0;
      let ended = false;
      void started.ended.then(() => {
        ended = true;
      });
      if (usual > 0) {
        await Bun.sleep(Math.random() * usual * LATEST); // Not to wait for anything: the moment of the kill shall be random.
        if (!ended) started.kill();
      }
      const result = await started.ended;
      if (result.code !== undefined) taken[at] = performance.now() - start;
      const answered = result.code === 0 || (result.code === undefined && answerOf(result) !== undefined);
      if (result.code === undefined) tally.killed++;
      else expect({ name: change.name, stderr: result.stderr, code: result.code }).toMatchObject({ code: 0 });
      if (answered) tally.answered++;

      const beads = new Map<string, Record<string, unknown> | undefined>();
      for (const id of change.ids) beads.set(id, await show(id));
      const done = change.done(id => beads.get(id));
      expect({ name: change.name, done }).toEqual({
        name: change.name,
        done: answered ? 1 : Math.round(done),
      });
      if (done === 1) tally.done++;
      else tally.undone++;
      if (tally.killed % KILLS_PER_LOOK === KILLS_PER_LOOK - 1) fsck(dir);
    }
    fsck(dir);
    expect(record(await must("doctor"))).toMatchObject({ overall_ok: true });
    expect(tally.killed).toBe(KILLS);
    // Moments before and after the commit were both met.
    expect(tally.done).toBeGreaterThan(0);
    expect(tally.undone).toBeGreaterThan(0);
    tell(JSON.stringify(tally));
  },
  FULL ? 1_800_000 : 180_000,
);
