/** What is typed wrongly: one error that names the thing, and what to do; nothing is made. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { BD } from "../../runtime/cli/bd/program.ts";
import { PATIENCE_MS, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

let bd: Sandbox;
beforeAll(async () => {
  bd = await sandbox({ prefix: "gp" });
  await bd.text("create", "First", "--id", "gp-a1", "-d", "x");
});
afterAll(() => bd.remove());

/** Words, a part of the error, a part of the hint. */
const TABLE: readonly (readonly [line: string, error: string, hint: string])[] = [
  ["lisst", 'Unknown command "lisst" for "bd".', "Did you mean list?"],
  ["hepl", 'Unknown command "hepl"', "Did you mean help?"],
  ["mol por", 'Unknown command "por" for "bd mol".', "Did you mean pour?"],
  ["dep ad gp-a1 gp-a1", 'Unknown command "ad" for "bd dep".', "Did you mean add?"],
  ["dep", "a subcommand, or <blocker> --blocks <blocked>, is required", "bd dep --help"],
  ["list --lable x", "Unknown flag --lable.", "Did you mean --label?"],
  ["list --wibble", "Unknown flag --wibble.", 'Run "bd list --help" for help.'],
  ["list --limit -1", "--limit takes a number of at least 0, not -1.", "bd list --help"],
  ["list --limit abc", '--limit takes a whole number, not "abc".', "bd list --help"],
  ["list extra", 'Unexpected argument "extra".', "bd list --help"],
  ["update gp-a1 -p", "-p needs a value.", "bd update --help"],
  ["comment", "Missing id.", ""],
  ["history", "Missing id.", "bd history --help"],
  ["completion tcsh", '"tcsh" is not one of bash, zsh, fish.', "bd completion --help"],
  ["list --created-after blah", 'cannot parse time expression: "blah"', "tomorrow"],
  ["query (status=open", 'expected ")"', "bd query --help"],
  ["export -o no/such/folder", "cannot write file", "folder is there"],
  ["import -i no-such-file", 'cannot read file "no-such-file"', "Check the path"],
  ["import -i .", '"." is a folder', "Name the file"],
  ["agent state gp-a1 idle", "gp-a1 is not an agent bead (type: task)", "when the id is free"],
  ["agent state gp-new bored", '"bored" is not one of idle, spawning', "bd agent state --help"],
  ["slot set gp-a1 pocket gp-a1", '"pocket" is not one of hook, role.', "bd slot set --help"],
  ["sql select", '"bd sql" is not offered.', "bd query"],
];

for (const [line, error, hint] of TABLE) {
  test(`bd ${line}`, async () => {
    const before = bd.git("rev-parse", "beads");
    const run = await bd.run(["--json", ...line.split(" ")]);
    const told = JSON.parse(run.stdout);
    expect([run.code, told.error, told.hint ?? ""]).toEqual([
      1,
      expect.stringContaining(error),
      expect.stringContaining(hint),
    ]);
    expect(run.stderr.trim().split("\n")).toEqual([`Error: ${told.error}`]);
    const text = await bd.run(line.split(" "));
    expect([text.code, text.stdout]).toEqual([1, ""]);
    expect(text.stderr).toStartWith(`Error: ${told.error}`);
    expect(bd.git("rev-parse", "beads")).toBe(before);
  });
}

test("every command has a help of its own, on standard output", async () => {
  const names = Object.keys(BD.commands);
  const runs = await Promise.all(names.map(async name => ({ name, ...(await bd.run([name, "--help"])) })));
  for (const { name, code, stdout, stderr } of runs) {
    expect([name, code, stderr]).toEqual([name, 0, ""]);
    expect([name, stdout]).toEqual([name, expect.stringContaining("Usage")]);
  }
});

test("what bd prime says is short enough to be read by every agent at every start", async () => {
  // A token is about four characters of English, and more of code; three are assumed.
  for (const flags of [[], ["--full"], ["--mcp"], ["--stealth"]])
    expect((await bd.text("prime", ...flags)).length / 3).toBeLessThan(1_500);
});
