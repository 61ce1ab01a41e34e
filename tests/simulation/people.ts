/**
 * What people and agents ask of a town, on what there is at that moment, and what must be true when they are answered:
 * an answer that says yes has its effect in the beads, for good.
 */
import { isDone } from "../../actors/states/work.ts";
import { isWorkType, TOWN_BEAD } from "../../actors/town/kinds.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { readSatellite, SLUNG_LABEL } from "../../store/schema/satellite.ts";
import type { Asked } from "./asked.ts";
import { askMore, type Chosen, openOf } from "./more-acts.ts";
import { askOthers } from "./other-acts.ts";
import { isOther, type OtherAct, type PersonAct, type PlannedRig } from "./plan.ts";
import type { Watcher } from "./watcher.ts";
import type { Wishes } from "./wishes.ts";

export interface PeopleOptions {
  readonly watcher: Watcher;
  readonly wishes: Wishes;
  readonly rigs: readonly PlannedRig[];
  /** Makes the title of a new bead, whose way is then laid down. */
  readonly title: () => string;
}

const NOTHING = (): string[] => [];

/** Everything that was acknowledged and has to last. */
export class People {
  readonly #options: PeopleOptions;
  /** Beads that were acknowledged to be there. */
  readonly #filed = new Set<string>();
  /** Comments that were acknowledged: text -> bead. */
  readonly #comments = new Map<string, string>();
  #said = 0;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /** What this act asks for now; undefined when there is nothing to do it to. */
  ask(act: PersonAct, draws: readonly number[]): readonly Asked[] {
    if (!isOther(act)) {
      const asked = this.#ask(act, draws);
      return asked === undefined ? [] : [asked];
    }
    const chosen = this.#chosen(draws);
    if (act === "closeConvoy" && chosen.convoy !== undefined)
      this.#options.wishes.ask("close", chosen.convoy.id);
    return askOthers(act, chosen);
  }

  #ask(act: Exclude<PersonAct, OtherAct>, draws: readonly number[]): Asked | undefined {
    const { watcher, wishes, rigs } = this.#options;
    const [a = 0, b = 0, c = 0] = draws;
    const work = [...watcher.beads.values()].filter(bead => isWorkType(bead.issue_type));
    const bead = one(work, a);
    const other = one(work, b);
    const rig = one(rigs, c);
    const agent = one(watcher.ofType(["agent"]), b);
    const agentId = agent && idOf(agent);
    const look = (id: string) => watcher.beads.get(id);
    const by = "ada";
    switch (act) {
      case "create":
      case "createAndSling":
        return rig && this.create(by, rig.name, Math.floor(a * 5));
      case "agentFiles":
        return rig && agentId === undefined ? undefined : this.create(agentId ?? by, rig?.name ?? "", 3);
      case "sling":
        if (bead === undefined) return undefined;
        wishes.ask("sling", bead.id);
        return call("sling", { by, beads: [bead.id] }, () => {
          const now = look(bead.id);
          const slung = now?.labels?.includes(SLUNG_LABEL) || (now !== undefined && isDone(now.status));
          return slung ? [] : [`${bead.id} was slung and is not`];
        });
      case "unsling":
        if (bead === undefined) return undefined;
        return call("unsling", { by, beads: [bead.id] }, () =>
          look(bead.id)?.labels?.includes(SLUNG_LABEL) ? [`${bead.id} was unslung and is not`] : [],
        );
      case "close":
        if (bead === undefined) return undefined;
        wishes.ask("close", bead.id);
        return call("closeBead", { by, id: bead.id, reason: "no longer wanted" }, () =>
          look(bead.id)?.status === "closed" ? [] : [`${bead.id} was closed and is not`],
        );
      case "agentCloses":
        if (bead?.assignee === undefined) return undefined;
        if (readSatellite(bead, "work")?.lease === undefined) wishes.ask("close", bead.id);
        return call("closeBead", { by: bead.assignee, id: bead.id, reason: "I am done" }, NOTHING);
      case "agentSlings":
        if (bead === undefined || agentId === undefined) return undefined;
        return call("sling", { by: agentId, beads: [bead.id] }, () => [`${agentId} may sling`]);
      case "reopen": {
        const done = one(
          work.filter(each => isDone(each.status)),
          a,
        );
        if (done === undefined) return undefined;
        wishes.ask("reopen", done.id);
        return call("reopenBead", { by, id: done.id }, () =>
          look(done.id)?.status === "open" ? [] : [`${done.id} was reopened and is ${look(done.id)?.status}`],
        );
      }
      case "delete":
        if (bead === undefined) return undefined;
        wishes.ask("delete", bead.id);
        return call("deleteBead", { by, id: bead.id }, () =>
          look(bead.id) === undefined ? [] : [`${bead.id} was deleted and is there`],
        );
      case "comment": {
        if (bead === undefined) return undefined;
        this.#said += 1;
        const text = `remark ${this.#said}`;
        return call("comment", { by, id: bead.id, text }, () => {
          this.#comments.set(text, bead.id);
          return this.lost();
        });
      }
      case "priority": {
        if (bead === undefined) return undefined;
        const priority = Math.floor(b * 5);
        return call("patchBead", { by, id: bead.id, priority }, () =>
          look(bead.id)?.priority === priority ? [] : [`${bead.id} was given P${priority} and has not`],
        );
      }
      case "defer":
        if (bead === undefined || isDone(bead.status)) return undefined;
        return call("patchBead", { by, id: bead.id, status: b < 0.5 ? "deferred" : "open" }, NOTHING);
      case "addNeed":
        if (bead === undefined || other === undefined) return undefined;
        return call("addDependency", { by, id: bead.id, depends_on: other.id, type: "blocks" }, () =>
          look(bead.id)?.dependencies?.some(edge => edge.depends_on_id === other.id)
            ? []
            : [`${bead.id} was made to need ${other.id} and does not`],
        );
      case "dropNeed": {
        const need = bead?.dependencies?.find(edge => edge.type === "blocks");
        if (bead === undefined || need === undefined) return undefined;
        return call("removeDependency", { by, id: bead.id, depends_on: need.depends_on_id }, NOTHING);
      }
      case "pause":
        return call("pause", { by, reason: "lunch" }, () => (this.#paused ? [] : ["paused, and it is not"]));
      case "resume":
        return call("resume", { by }, () => (this.#paused ? ["resumed, and it is paused"] : []));
      case "stopAgent":
        return agentId === undefined ? undefined : call("stopAgent", { by, agent: agentId }, NOTHING);
      case "resetAgent":
        return agentId === undefined ? undefined : call("agentReset", { by, agent: agentId }, NOTHING);
      case "rigPlaces":
        return (
          rig &&
          call("updateRig", { by, rig: rig.name, settings: { max_polecats: Math.floor(a * 4) } }, NOTHING)
        );
      case "townPlaces":
        return call("updateSettings", { by, max_polecats: Math.floor(a * 5) }, NOTHING);
      case "convoy": {
        const beads = [...new Set([bead, other, one(work, c)].flatMap(each => each?.id ?? []))];
        if (beads.length === 0) return undefined;
        return call("createConvoy", { by, title: `convoy of ${beads.length}`, beads }, answer =>
          this.#kept(answer),
        );
      }
      case "addRig":
        return rig && this.addRig({ ...rig, maxPolecats: Math.floor(a * 4) });
      case "look": {
        const method =
          ["view", "prime", "explain", "agents", "mergeRequests", "convoys"][Math.floor(a * 6)] ?? "view";
        return call(method, { by }, NOTHING);
      }
      default:
        if (act === "retryMerge") this.#mayRetry(one(watcher.ofType(["merge-request"]), a));
        return askMore(act, this.#chosen(draws));
    }
  }

  /** What there is to do it to at this moment. */
  #chosen([a = 0, b = 0, c = 0]: readonly number[]): Chosen {
    const { watcher, rigs, title } = this.#options;
    const beads = [...watcher.beads.values()];
    const agents = watcher.ofType(["agent"]);
    const bead = one(
      beads.filter(each => isWorkType(each.issue_type)),
      a,
    );
    const nameOf = (agent: Bead | undefined) => agent && idOf(agent);
    return {
      bead,
      rig: one(rigs, c)?.name,
      agent: nameOf(one(agents, b)),
      other: nameOf(one(agents, c)),
      request: one(watcher.ofType(["merge-request"]), a),
      convoy: one(openOf(beads, "convoy"), a),
      message: one(openOf(beads, "message"), a),
      escalation: one(openOf(beads, "escalation"), a),
      draw: b,
      beads,
      title,
      look: id => watcher.beads.get(id),
      kept: answer => this.#kept(answer),
    };
  }

  /** A new bead in a rig. */
  create(by: string, rig: string, priority: number, dependencies: readonly object[] = []): Asked {
    const title = this.#options.title();
    const args = { by, rig, title, priority, description: "```sh\ntrue\n```", dependencies };
    return call("createBead", args, answer => this.#kept(answer));
  }

  addRig({ name, prefix, maxPolecats, settings: more }: PlannedRig): Asked {
    const settings = { driver: { kind: "script" }, ...more, max_polecats: maxPolecats };
    const args = { by: "ada", git_url: `/remotes/${name}.git`, prefix, settings };
    return { kind: "rig", name, method: "add", args, check: NOTHING };
  }

  /** What was acknowledged and is not there. */
  lost(): string[] {
    const { watcher, wishes } = this.#options;
    const gone = [...this.#filed].filter(
      id => !watcher.beads.has(id) && !wishes.has("delete", id) && !watcher.forgotten.has(id),
    );
    const unsaid = [...this.#comments].filter(([text, id]) => {
      const bead = watcher.beads.get(id);
      return bead !== undefined && !bead.comments?.some(comment => comment.text === text);
    });
    return [
      ...gone.map(id => `${id} was acknowledged and is not there`),
      ...unsaid.map(([text, id]) => `the comment "${text}" on ${id} was acknowledged and is not there`),
    ];
  }

  /** Trying a merge again takes up its bead, too, if that had failed for it. */
  #mayRetry(request: Bead | undefined): void {
    if (request === undefined) return;
    this.#options.wishes.ask("retry", request.id);
    const source = readSatellite(request, "merge_request")?.source;
    if (source !== undefined) this.#options.wishes.ask("reopen", source);
  }

  get #paused(): boolean {
    const town = this.#options.watcher.beads.get(TOWN_BEAD);
    return town !== undefined && readSatellite(town, "town")?.paused !== undefined;
  }

  #kept(answer: unknown): string[] {
    const id = typeof answer === "object" && answer !== null && "id" in answer ? String(answer.id) : "";
    this.#filed.add(id);
    return this.lost();
  }
}

function call(method: string, args: Asked["args"], check: Asked["check"]): Asked {
  return { kind: "town", method, args, check };
}

function one<T>(list: readonly T[], draw: number): T | undefined {
  return list[Math.floor(draw * list.length)];
}

function idOf(bead: Bead): string | undefined {
  const identity = readSatellite(bead, "agent");
  return identity && `${identity.rig}/${identity.name}`;
}
