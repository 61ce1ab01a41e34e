/** What a polecat may call, each function by `gt` and by MCP, from inside of a real sandbox; and what is refused to it. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { functionsFor } from "../../runtime/gateway/functions/all.ts";
import { type Playground, playground, processesUnder, until } from "../helpers/gastown.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(180_000);

const STEPS = ["understand", "build", "test", "self-review"];
/** What is for people, or for other roles. */
const OTHERS = [
  "sling web-1",
  "pause",
  "estop",
  "convoy list",
  "budget show",
  "settings",
  "gate list",
  "nudge web/toast hi",
  "agents",
  "review approve web-1",
  "bead close web-1",
];

let place: Playground;
let town: string;

beforeAll(async () => {
  place = playground("inside");
  town = join(place.dir, "town");
  const remote = await seededRemote(place);
  const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
  await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
  await gt("rig", "add", "web", remote, "--prefix", "web", "--agent", "script");
});

afterAll(async () => {
  await place.run(["gt", "stop", "--agents"], { env: { GASTOWN_TOWN: town } });
  const left = processesUnder(town);
  await place[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

// biome-ignore lint/suspicious/noExplicitAny: what a command printed, looked at by the tests.
async function gt(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await place.run(["gt", ...args, "--json"], {
    env: { GASTOWN_TOWN: town },
  });
  if (code !== 0) throw new Error(`gt ${args.join(" ")}: ${stderr}`);
  return JSON.parse(stdout);
}

const hello = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "0" } },
});

/** A session of `gt mcp` for each call: those of one session are taken in any order. */
function byTool(at: string, name: string, args: object = {}): string {
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } };
  const out = `"$HOME/${at}.mcp"`;
  return `touch ${out}; { cat <<'EOF'\n${hello}\n${JSON.stringify(call)}\nEOF\n  while [ "$(wc -l < ${out})" -lt 2 ]; do sleep 0.05; done; } | gt mcp > ${out}`;
}

/** As JSON; how it ended beside it. */
function byCommand(at: string, words: string): string {
  const out = `"$HOME/${at}.cli"`;
  return `gt ${words} --json > ${out} 2>&1 && echo 0 > ${out}.code || echo $? > ${out}.code`;
}

const home = (file: string) => join(town, "agents/web/toast/home", file);
const said = (at: string) => {
  const text = readFileSync(home(`${at}.cli`), "utf8").trim();
  const last = text.split("\n").at(-1) ?? "";
  const code = Number(readFileSync(home(`${at}.cli.code`), "utf8"));
  return { code, text, value: last.startsWith("{") || last.startsWith("[") ? JSON.parse(last) : text };
};
const told = (at: string) => {
  const lines = readFileSync(home(`${at}.mcp`), "utf8")
    .trim()
    .split("\n");
  const answer = JSON.parse(lines[1] ?? "{}");
  return answer.result ?? answer.error;
};

test("each function by its command and by its tool; done twice is once; what is not a polecat's is refused by name", async () => {
  await gt("mail", "queues", "chores", "--everybody");
  await gt("mail", "channels", "news", "--set", "mayor");
  const jobs: string[] = [];
  for (let n = 0; n < 8; n += 1)
    jobs.push((await gt("mail", "send", "chores", "-s", `Job ${n}`, "-m", "Do.", "--task")).message);
  const [c1, c2, c3, c4, t1, t2, t3, t4] = jobs;
  // Name, what is typed, what the tool is called with; in this order.
  const calls: [string, string, object][] = [
    ["prime", "prime", {}],
    ["bead_show", "show $GASTOWN_BEAD", {}],
    ["bead_update", "bead update $GASTOWN_BEAD --design 'by a command'", { notes: "by a tool" }],
    ["bead_create", "bead create 'found by a command'", { title: "found by a tool" }],
    ["status", "status 'said by a command'", { text: "said by a tool" }],
    ["checkpoint", "checkpoint 'half way'", { note: "half way" }],
    ["mail_send", "mail send mayor -s Command -m text", { to: ["mayor"], subject: "Tool" }],
    ["mail_claim", `mail claim --id ${c1}`, { id: t1 }],
    ["mail_inbox", "mail inbox", {}],
    ["mail_read", `mail read ${c1}`, { id: t1 }],
    ["mail_thread", `mail thread ${c1}`, { id: t1 }],
    ["mail_reply", `mail reply ${c1} done`, { id: t1, body: "done" }],
    ["mail_claim2", `mail claim --id ${c2}`, { id: t2 }],
    ["mail_ack", `mail ack ${c2}`, { ids: [t2] }],
    ["mail_claim3", `mail claim --id ${c3}`, { id: t3 }],
    ["mail_archive", `mail archive ${c3}`, { ids: [t3] }],
    ["mail_claim4", `mail claim --id ${c4}`, { id: t4 }],
    ["mail_release", `mail release ${c4}`, { id: t4 }],
    ["mail_lists", "mail queues", {}],
    ["mail_channel", "mail channels news", { channel: "news" }],
    ["mail_subscribe", "mail channels news --subscribe", { channel: "news" }],
    ["escalate", "escalate 'by a command'", { title: "by a tool", category: "decision" }],
    ["ask_human", "ask 'By a command?'", { question: "By a tool?" }],
    ["mol_current", "mol current", {}],
    ["mol_next", "mol next understand", { step: "build" }],
  ];
  const tool = (name: string) => name.replace(/\d$/, "");
  const script = [
    "cd && touch",
    ...OTHERS.map((words, n) => byCommand(`other${n}`, words)),
    "cd - > /dev/null",
    ...calls.flatMap(([name, words, args]) => [byCommand(name, words), byTool(name, tool(name), args)]),
    // A step that is not the current one cannot fail.
    byCommand("mol_fail", "mol fail submit 'no'"),
    byTool("mol_fail", "mol_fail", { step: "submit", reason: "no" }),
    byTool("sling", "sling", { beads: ["web-1"] }),
    byCommand("nothing", "done --force"),
    "echo one > one",
    byCommand("dirty", "done --force"),
    byTool("dirty", "done", {}),
    "git add -A && git commit -qm one",
    byCommand("steps", "done"),
    ...STEPS.slice(2).map(step => `gt mol next ${step}`),
    byTool("done", "done", { summary: "by a tool" }),
    byCommand("done", "done"),
    'touch "$HOME/over"',
    "sleep 60",
  ]
    .join("\n")
    .replace("cd && touch\n", "cd\n");
  const { id } = await gt("bead", "create", "inside", "--rig", "web", "-d", `\`\`\`sh\n${script}\n\`\`\``);
  await gt("sling", id, "--formula", "feature");
  await until("its end", () => existsSync(home("over")), 150);

  const offered = functionsFor("polecat").map(({ name }) => name);
  const tried = [...calls.map(([name]) => tool(name)), "mol_fail", "done"];
  expect(offered.filter(name => !tried.includes(name))).toEqual([]);
  for (const [name] of calls) {
    expect([name, said(name).code, said(name).text]).toEqual([name, 0, expect.any(String)]);
    expect([name, told(name)]).toEqual([
      name,
      expect.objectContaining({ structuredContent: expect.anything() }),
    ]);
    expect([name, told(name).isError ?? false, told(name).content]).toEqual([name, false, expect.anything()]);
  }
  for (const [n, words] of OTHERS.entries()) {
    const { code, value } = said(`other${n}`);
    expect([words, code]).toEqual([words, 6]);
    expect(value.error).toMatchObject({ code: "forbidden", hint: expect.any(String) });
  }
  expect(told("sling").message).toContain('no tool "sling"');
  expect(said("mol_fail").code).not.toBe(0);
  expect(told("mol_fail").isError).toBe(true);
  // Refused, with what to do: nothing committed, something not committed, steps left.
  expect(said("nothing").value.error.hint).toContain("Commit the work first");
  expect(said("dirty").value.error.message).toContain("one");
  expect(told("dirty").content[0].text).toContain("What to do");
  expect(said("steps").value.error.message).toContain("test");
  expect(told("done").structuredContent).toMatchObject({ submitted: true, bead: id });
  expect(said("done")).toMatchObject({ code: 0, value: { submitted: true, bead: id } });

  const { bead } = await gt("bead", "show", id);
  expect(bead).toMatchObject({ notes: "by a tool", design: "by a command" });
  const titles = (await gt("bead", "list", "--rig", "web")).map((one: { title: string }) => one.title);
  expect(titles).toEqual(expect.arrayContaining(["found by a command", "found by a tool"]));
  const mayors = (await gt("mail", "inbox", "mayor")).map((one: { subject: string }) => one.subject);
  expect(mayors).toEqual(expect.arrayContaining(["Command", "Tool"]));
  for (const question of [said("ask_human").value, told("ask_human").structuredContent])
    expect(await gt("gate", "show", question.id)).toMatchObject({ asked_by: "web/toast" });
  await until("it is merged", async () => (await gt("bead", "show", id)).bead.status === "closed");
});
