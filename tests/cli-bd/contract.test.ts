/**
 * The shapes of `bd --json` that other programs rely on: command in, JSON out, in one story told from top to bottom.
 * It is longer than other files because it is one table: each line is a command, the shape of its answer, and its exit code.
 * In a shape S is a string, N a number, B a boolean and 0 null; keys stand in their order; of a list the fullest entry is shown.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PATIENCE_MS, record, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

const V = "schema_version:N";
const MADE =
  "{created_at:S,created_by:S,id:S,issue_type:S,owner:S,priority:N,schema_version:N,status:S,title:S,updated_at:S}";
const COUNTS = "dependency_count:N,dependent_count:N,comment_count:N";
const ERROR = `{error:S,${V}}`;
const HINTED = `{error:S,hint:S,${V}}`;
const ISSUE = [
  "id",
  "title",
  "description",
  "notes",
  "status",
  "priority",
  "issue_type",
  "assignee",
  "owner",
];
const OPTIONAL = ["description", "notes", "assignee"];

/** The members that every issue has, and some that this one has, in the order of the original. */
function issue(...some: string[]): string {
  const members = [...ISSUE, "created_at", "created_by", "updated_at"];
  return members
    .filter(name => !OPTIONAL.includes(name) || some.includes(name))
    .map(name => `${name}:${name === "priority" ? "N" : "S"}`)
    .join(",");
}

/** Command (words in '' are one), shape, exit code when it is not 0. */
const TABLE: readonly (readonly [line: string, shape: string, code?: number])[] = [
  ["wisdom", HINTED, 1],
  ["list --wibble", HINTED, 1],
  ["create", HINTED, 1],
  ["create First --id gp-a1 -p 1", MADE],
  [
    "create Second --id gp-b1 -d text --deps gp-a1 -l api",
    `{created_at:S,created_by:S,description:S,id:S,issue_type:S,labels:[S],owner:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  ["create Epic --id gp-e1 -t epic", MADE],
  ["create Child --id gp-c1 --parent gp-e1", MADE],
  [
    "create Dry --dry-run",
    `{created_at:S,created_by:S,issue_type:S,owner:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  ["create --graph plan.json", `{ids:{k:S},${V}}`],
  [
    "create --graph plan.json --dry-run",
    `{dry_run:B,edge_count:N,node_count:N,nodes:[{key:S,title:S,type:S}],parent_deps:N,${V}}`,
  ],
  ["q Quick", MADE],
  ["comment gp-b1 hi", `{author:S,created_at:S,id:S,issue_id:S,${V},text:S}`],
  [
    "show gp-b1",
    `[{${issue("description")},labels:[S],dependencies:[{${issue()},dependency_type:S}],comments:[{id:S,issue_id:S,author:S,text:S,created_at:S}],dependent_count:N,dependency_count:N,comment_count:N}]`,
  ],
  [
    "show gp-e1",
    `[{${issue()},dependents:[{${issue()},dependency_type:S}],dependent_count:N,dependency_count:N,comment_count:N,epic_total_children:N,epic_closed_children:N,epic_closeable:B}]`,
  ],
  ["show gp-none", ERROR, 1],
  [
    "list",
    `[{${issue("description")},labels:[S],dependencies:[{issue_id:S,depends_on_id:S,type:S,created_at:S,created_by:S,metadata:S}],${COUNTS}}]`,
  ],
  ["list --skip-labels", `{issues:[{${issue("description")},${COUNTS}}],meta:{skip_labels:B,count:N},${V}}`],
  [
    "ready",
    `[{${issue()},dependencies:[{issue_id:S,depends_on_id:S,type:S,created_at:S,created_by:S,metadata:S}],${COUNTS},parent:S}]`,
  ],
  [
    "query status=open",
    `[{${issue("description")},labels:[S],dependencies:[{issue_id:S,depends_on_id:S,type:S,created_at:S,created_by:S,metadata:S}],${COUNTS}}]`,
  ],
  [
    "children gp-e1",
    `[{${issue()},dependencies:[{issue_id:S,depends_on_id:S,type:S,created_at:S,created_by:S,metadata:S}],${COUNTS},parent:S}]`,
  ],
  [
    "ready --explain",
    `{blocked:[{${issue("description")},labels:[S],blocked_by:[{id:S,title:S,status:S,priority:N}],blocked_by_count:N}],ready:[{${issue()},reason:S,resolved_blockers:[],dependency_count:N,dependent_count:N,parent:S}],${V},summary:{total_ready:N,total_blocked:N,cycle_count:N}}`,
  ],
  ["ready --claim --unassigned -t epic", `[{${issue("assignee")},started_at:S,${COUNTS}}]`],
  ["ready --claim -l none", "[]"],
  ["ready --gated", `{count:N,molecules:[],${V}}`],
  ["blocked", `[{${issue("description")},labels:[S],blocked_by_count:N,blocked_by:[S]}]`],
  [
    "stats",
    `{recent_activity:{hours_tracked:N,commit_count:N,issues_created:N,issues_closed:N,issues_updated:N,issues_reopened:N,total_changes:N},${V},summary:{total_issues:N,open_issues:N,in_progress_issues:N,closed_issues:N,blocked_issues:N,deferred_issues:N,ready_issues:N,pinned_issues:N,epics_eligible_for_closure:N,average_lead_time_hours:N}}`,
  ],
  [
    "status --no-activity",
    `{${V},summary:{total_issues:N,open_issues:N,in_progress_issues:N,closed_issues:N,blocked_issues:N,deferred_issues:N,ready_issues:N,pinned_issues:N,epics_eligible_for_closure:N,average_lead_time_hours:N}}`,
  ],
  ["dep tree gp-b1", `[{${issue("description")},labels:[S],depth:N,parent_id:S,truncated:B}]`],
  ["update gp-c1 -p 3", `[{${issue()}}]`],
  ["defer gp-c1 --until +1d", `[{${issue()},defer_until:S}]`],
  ["undefer gp-c1", `[{${issue()}}]`],
  [
    "assign gp-c1 bob",
    `{assignee:S,created_at:S,created_by:S,id:S,issue_type:S,owner:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  [
    "priority gp-c1 1",
    `{assignee:S,created_at:S,created_by:S,id:S,issue_type:S,owner:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  [
    "tag gp-c1 x",
    `{assignee:S,created_at:S,created_by:S,id:S,issue_type:S,labels:[S],owner:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  [
    "note gp-c1 words",
    `{assignee:S,created_at:S,created_by:S,id:S,issue_type:S,labels:[S],notes:S,owner:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  ["search Child", `[{${issue("notes", "assignee")},labels:[S],${COUNTS}}]`],
  ["stale -d 1", "[]"],
  ["count", `{count:N,${V}}`],
  ["count --by-status", `{groups:[{group:S,count:N}],${V},total:N}`],
  ["dep add gp-c1 gp-b1 -t related", `{depends_on_id:S,issue_id:S,${V},status:S,type:S}`],
  ["dep gp-a1 --blocks gp-c1", `{blocked_id:S,blocker_id:S,${V},status:S,type:S}`],
  ["dep list gp-c1", `[{${issue("description")},labels:[S],dependency_type:S}]`],
  ["dep list gp-c1 gp-b1", "[{issue_id:S,depends_on_id:S,type:S,created_at:S,created_by:S,metadata:S}]"],
  ["dep remove gp-c1 gp-b1", `{depends_on_id:S,issue_id:S,${V},status:S}`],
  ["create Lone --id gp-l1", MADE],
  ["dep add --file deps.jsonl", `{count:N,dependencies:[{issue_id:S,depends_on_id:S,type:S}],${V},status:S}`],
  ["dep cycles", "[]"],
  ["dep relate gp-e1 gp-l1", `{id1:S,id2:S,related:B,${V},status:S}`],
  ["dep unrelate gp-e1 gp-l1", `{id1:S,id2:S,${V},status:S,unrelated:B}`],
  [
    "dep tree gp-c1",
    `[{${issue("assignee")},started_at:S,depth:N,parent_id:S,edge_from_parent:S,truncated:B}]`,
  ],
  ["graph check", `{clean:B,cycles:[],${V},summary:{cycle_count:N}}`],
  ["label add gp-c1 y", "[{status:S,issue_id:S,label:S}]"],
  ["label remove gp-c1 y", "[{status:S,issue_id:S,label:S}]"],
  ["label list gp-c1", "[S]"],
  ["label list-all", "[{label:S,count:N}]"],
  ["comments gp-b1", "[{id:S,issue_id:S,author:S,text:S,created_at:S}]"],
  ["comments add gp-b1 more -a bob", `{author:S,created_at:S,id:S,issue_id:S,${V},text:S}`],
  [
    "epic status",
    `[{epic:{${issue("assignee")},started_at:S},total_children:N,closed_children:N,eligible_for_close:B}]`,
  ],
  ["epic close-eligible", `{closed:[],count:N,${V}}`],
  [
    "create Twin --id gp-t1 -d same",
    `{created_at:S,created_by:S,description:S,id:S,issue_type:S,owner:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  [
    "create Twin --id gp-t2 -d same",
    `{created_at:S,created_by:S,description:S,id:S,issue_type:S,owner:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  [
    "duplicates",
    `{duplicate_groups:N,groups:[{title:S,issues:[{id:S,title:S,status:S,priority:N,references:N,is_merge_target:B}],suggested_target:S,suggested_sources:[S],suggested_action:S}],${V}}`,
  ],
  [
    "find-duplicates",
    `{count:N,method:S,pairs:[{issue_a_id:S,issue_b_id:S,issue_a_title:S,issue_b_title:S,similarity:N,method:S}],${V},threshold:N}`,
  ],
  ["create Dup --id gp-d1", MADE],
  ["duplicate gp-d1 --of gp-a1", `{canonical:S,duplicate:S,${V},status:S}`],
  ["create Old --id gp-o1", MADE],
  ["supersede gp-o1 --with gp-a1", `{replacement:S,${V},status:S,superseded:S}`],
  ["create Gone --id gp-g1", MADE],
  ["create Gone2 --id gp-g2", MADE],
  ["create Gone3 --id gp-g3", MADE],
  [
    "delete gp-g1",
    `{dependencies_removed:N,dry_run:B,orphaned_issues:[],references_updated:N,${V},would_delete:[S]}`,
  ],
  ["delete gp-g1 --force", `{deleted:S,dependencies_removed:N,references_updated:N,${V}}`],
  [
    "delete gp-g2 gp-g3 --force",
    `{deleted:[S],deleted_count:N,dependencies_removed:N,events_removed:N,labels_removed:N,orphaned_issues:[],references_updated:N,${V}}`,
  ],
  ["close gp-c1", ERROR, 1],
  ["close gp-c1 --force", `[{${issue("notes", "assignee")},closed_at:S,close_reason:S,labels:[S]}]`],
  ["reopen gp-c1", `[{${issue("notes", "assignee")},labels:[S]}]`],
  [
    "close gp-a1 --suggest-next",
    `{closed:[{${issue()},closed_at:S,close_reason:S}],${V},unblocked:[{${issue("notes", "assignee")},labels:[S]}]}`,
  ],
  [
    "close gp-b1 --claim-next",
    `{claimed:{${issue("description", "assignee")},started_at:S},closed:[{${issue("description")},closed_at:S,close_reason:S,labels:[S]}],${V}}`,
  ],
  ["info", `{config:{issue_prefix:S},database_path:S,issue_count:N,mode:S,${V}}`],
  [
    "info --schema",
    `{config:{issue_prefix:S},database_path:S,issue_count:N,mode:S,schema:{tables:[S],schema_version:S,config:{issue_prefix:S},sample_issue_ids:[S],detected_prefix:S},${V}}`,
  ],
  ["where", `{database_path:S,path:S,prefix:S,${V}}`],
  ["version", `{build:S,gastown:S,${V},version:S}`],
  ["types", `{core_types:[{name:S,description:S}],${V}}`],
  ["statuses", `{built_in_statuses:[{name:S,category:S,icon:S,description:S}],${V}}`],
  ["config set some.key v", `{key:S,${V},value:S}`],
  ["config get some.key", `{key:S,${V},value:S}`],
  ["config list", `{issue_prefix:S,${V},"some.key":S}`],
  [
    "doctor",
    `{checks:[{name:S,status:S,message:S,category:S}],cli_version:S,overall_ok:B,path:S,platform:{os_arch:S,runtime:S},${V},timestamp:S}`,
  ],
  ["ping", `{query_ms:N,resolve_ms:N,${V},status:S,store_ms:N,total_ms:N}`],
  ["remember 'a thought' --key t1", `{action:S,key:S,${V},value:S}`],
  ["recall t1", `{key:S,${V},value:S}`],
  ["memories", `{${V},t1:S}`],
  ["forget t1", `{deleted:S,key:S,${V}}`],
  ["kv set k v", `{key:S,${V},value:S}`],
  ["kv get k", `{key:S,${V},value:S}`],
  ["kv list", `{k:S,${V}}`],
  ["kv clear k", `{deleted:S,key:S,${V}}`],
  [
    "history gp-a1",
    `[{CommitHash:S,Committer:S,CommitDate:S,Issue:{${issue()},closed_at:S,close_reason:S}}]`,
  ],
  ["lint", `{issues:N,results:[{id:S,title:S,type:S,missing:[S],warnings:N}],${V},total:N}`, 1],
  ["orphans", "[]"],
  ["state gp-c1 health", `{dimension:S,issue_id:S,${V},value:0}`],
  [
    "set-state gp-c1 health=ok",
    `{changed:B,dimension:S,event_id:S,issue_id:S,new_value:S,old_value:0,${V},value:S}`,
  ],
  ["merge-slot create", `{id:S,${V},status:S}`],
  ["merge-slot check", `{available:B,holder:0,id:S,${V},waiters:[]}`],
  ["merge-slot acquire", `{acquired:B,holder:S,id:S,${V}}`],
  ["merge-slot release", `{id:S,previous_holder:S,released:B,${V}}`],
  ["create Swarm --id gp-s1 -t epic", MADE],
  ["create One --id gp-s2 --parent gp-s1", MADE],
  ["create Two --id gp-s3 --parent gp-s1 --deps gp-s2", MADE],
  [
    "swarm validate gp-s1",
    `{closed_issues:N,epic_id:S,epic_title:S,errors:[],estimated_sessions:N,max_parallelism:N,ready_fronts:[{wave:N,issues:[S]}],${V},swarmable:B,total_issues:N,warnings:[]}`,
  ],
  [
    "swarm create gp-s1",
    `{analysis:{epic_id:S,epic_title:S,total_issues:N,closed_issues:N,ready_fronts:[{wave:N,issues:[S]}],max_parallelism:N,estimated_sessions:N,warnings:[],errors:[],swarmable:B},coordinator:S,epic_id:S,${V},swarm_id:S}`,
  ],
  [
    "swarm status gp-s1",
    `{active:[],active_count:N,blocked:[{id:S,title:S,blocked_by:[S]}],blocked_count:N,completed:[],epic_id:S,epic_title:S,progress_percent:N,ready:[{id:S,title:S}],ready_count:N,${V},total_issues:N}`,
  ],
  [
    "swarm list",
    `{${V},swarms:[{id:S,title:S,epic_id:S,epic_title:S,status:S,coordinator:S,total_issues:N,completed_issues:N,active_issues:N,progress_percent:N}]}`,
  ],
  [
    "gate create -t human --blocks gp-s3 -r why",
    `{await_type:S,created_at:S,created_by:S,description:S,id:S,issue_type:S,priority:N,${V},status:S,title:S,updated_at:S}`,
  ],
  ["agent state gp-agent-ann running", `{agent:S,agent_state:S,last_activity:S,${V}}`],
  ["agent heartbeat gp-agent-ann", `{agent:S,last_activity:S,${V}}`],
  ["slot set gp-agent-ann hook gp-s2", `{agent:S,bead:S,${V},slot:S}`],
  ["slot set gp-agent-ann hook gp-s3", HINTED, 1],
  ["slot show gp-agent-ann", `{agent:S,${V},slots:{hook:S,role:0}}`],
  [
    "agent show gp-agent-ann",
    `{agent_state:S,hook_bead:S,id:S,last_activity:S,rig:0,role_bead:0,role_type:0,${V},title:S}`,
  ],
  ["slot clear gp-agent-ann hook", `{agent:S,bead:0,${V},slot:S}`],
  ["agent backfill-labels", `{dry_run:B,${V},skipped:N,total:N,updated:N}`],
  [
    "gate list",
    "[{id:S,title:S,description:S,status:S,priority:N,issue_type:S,created_at:S,created_by:S,updated_at:S,await_type:S}]",
  ],
  [
    "gate create -t timer --timeout 1h --blocks gp-s2",
    `{await_type:S,created_at:S,created_by:S,id:S,issue_type:S,priority:N,${V},status:S,timeout:N,title:S,updated_at:S}`,
  ],
  ["gate check", `{checked:N,dry_run:B,errors:N,escalated:N,resolved:N,${V}}`],
  ["formula list", "[{name:S,type:S,description:S,source:S,steps:N,vars:N}]"],
  [
    "cook steps",
    `{bond_points:[],dry_run:B,formula:S,phase:S,${V},steps:[{id:S,title:S,description:S,type:S,labels:[],needs:[S]}],type:S,variables:{test:S}}`,
  ],
  ["cook steps --persist", `{bond_points:[],created:N,formula:S,proto_id:S,${V},variables:[S]}`],
  [
    "mol pour steps --var test=x",
    `{attached:N,created:N,id_mapping:{steps:S,one:S,two:S},new_epic_id:S,phase:S,${V}}`,
  ],
  [
    "mol wisp steps --var test=y",
    `{attached:N,created:N,id_mapping:{steps:S,one:S,two:S},new_epic_id:S,phase:S,${V}}`,
  ],
  [
    "mol wisp list",
    `{count:N,old_count:N,${V},wisps:[{id:S,title:S,status:S,priority:N,type:S,labels:[],created_at:S,updated_at:S,old:B}]}`,
  ],
  ["mol wisp gc --dry-run", `{candidates:N,cleaned_count:N,cleaned_ids:[],dry_run:B,${V}}`],
  ["mol stale", `{blocking_count:N,${V},stale_molecules:[],total_count:N}`],
  ["dolt show", `{backend:S,data_dir:S,database:S,embedded:B,mode:S,${V},shared_server:B}`],
  ["dolt status", `{data_dir:S,mode:S,running:B,${V}}`],
  ["import -i out.jsonl", `{created:N,${V},skipped:N,source:S,updated:N}`],
  ["undo", `{commit:S,conflicts:[],reverted:[S],${V},settings:[],subject:S}`],
  ["deleted", `{count:N,deletions:[{id:S,title:S,ts:S,by:S,reason:S}],${V}}`],
  ["restore gp-g1", MADE],
  ["undo --dry-run", `{commit:S,dry_run:B,issues:[S],${V},settings:[],subject:S}`],
  ["reopen gp-none", ERROR, 1],
  ["update gp-none -p 1", ERROR, 1],
  ["close gp-none", ERROR, 1],
  ["promote gp-a1", ERROR, 1],
  ["kv get none", `{found:B,key:S,${V},value:S}`, 1],
  ["recall none", HINTED, 1],
];

const FORMULA = `formula = "steps"
description = "Two steps"
[vars]
test = "npm test"
[[steps]]
id = "one"
title = "One"
description = "Run {{test}}"
type = "task"
[[steps]]
id = "two"
title = "Two"
description = "After it"
type = "task"
needs = ["one"]
`;

let bd: Sandbox;
beforeAll(async () => {
  bd = await sandbox({ prefix: "gp" });
  writeFileSync(join(bd.cwd, "plan.json"), JSON.stringify({ nodes: [{ key: "k", title: "K" }], edges: [] }));
  writeFileSync(join(bd.cwd, "deps.jsonl"), '{"from":"gp-l1","to":"gp-a1","type":"related"}\n');
  mkdirSync(join(bd.cwd, ".beads/formulas"), { recursive: true });
  writeFileSync(join(bd.cwd, ".beads/formulas/steps.formula.toml"), FORMULA);
  await bd.text("export", "-o", "out.jsonl");
});
afterAll(() => bd.remove());

describe("the shape of", () => {
  for (const [line, shape, code = 0] of TABLE) {
    test(`bd ${line}`, async () => {
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(match => match[1] ?? match[2] ?? "");
      const run = await bd.run([...words, "--json"]);
      expect([run.code, shapeOf(JSON.parse(run.stdout))]).toEqual([code, shape]);
      if (code !== 0 && shape.startsWith("{error")) expect(run.stderr).toContain("Error");
    });
  }
});

test("with BD_JSON_ENVELOPE=1 everything stands under data, failures too", async () => {
  for (const line of ["list", "show gp-e1", "stats", "label list gp-c1", "show gp-none"]) {
    const plain: unknown = JSON.parse((await bd.run([...line.split(" "), "--json"])).stdout);
    const run = await bd.run([...line.split(" "), "--json"], { env: { BD_JSON_ENVELOPE: "1" } });
    const { schema_version: _version, ...data } = Array.isArray(plain) ? {} : record(plain);
    expect(JSON.parse(run.stdout)).toEqual({ schema_version: 1, data: Array.isArray(plain) ? plain : data });
  }
});

function shapeOf(value: unknown): string {
  if (value === null) return "0";
  if (Array.isArray(value)) {
    const [fullest = ""] = value.map(shapeOf).sort((a, b) => b.length - a.length);
    return `[${fullest}]`;
  }
  if (typeof value !== "object") return (typeof value).slice(0, 1).toUpperCase();
  const members = Object.entries(value).map(
    ([key, member]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}:${shapeOf(member)}`,
  );
  return `{${members.join(",")}}`;
}
