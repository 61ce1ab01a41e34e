/** The completion scripts in the shells that they are for: zsh as a person types in it, fish by its own question. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { PATIENCE_MS, type Sandbox, sandbox } from "./bd.ts";
import { program } from "./program.ts";

setDefaultTimeout(PATIENCE_MS);
let bd: Sandbox;
let id: string;
let bin: string;

beforeAll(async () => {
  bd = await sandbox({ prefix: "bd" });
  id = await bd.text("q", 'Weird: `title` $(touch made) "q" [b]');
  bin = join(bd.root, "bin");
  mkdirSync(bin);
  const call = `#!/bin/sh\nexec "${process.execPath}" "${await program()}" "$@"\n`;
  writeFileSync(join(bin, "bd"), call, { mode: 0o755 });
});
afterAll(() => bd.remove());

/** Runs a shell with `bd` on its path; it must succeed without a word on stderr. */
function shell(argv: readonly string[]): string {
  const child = Bun.spawnSync([...argv], {
    cwd: bd.cwd,
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: bd.root, LANG: "C.UTF-8", TERM: "dumb" },
  });
  expect([child.exitCode, child.stderr.toString()]).toEqual([0, ""]);
  return child.stdout.toString();
}

/** Types each line and the tab key into an interactive zsh, and reads what then stands on the line. */
function typeInZsh(setUp: string, lines: readonly string[]): string[] {
  const script = join(bd.root, "type.zsh");
  const rc = [
    "PS1=",
    'zstyle ":completion:*" insert-tab false',
    setUp,
    'tell() { print -r -- "<<$BUFFER>>"; BUFFER= }; zle -N tell; bindkey "^X^B" tell',
    'zle-line-init() { print "<<rea""dy>>" }; zle -N zle-line-init',
  ];
  writeFileSync(
    script,
    `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z '${rc.join("; ")}'
zpty -r z seen '*<<ready>>*'
for line in "$@"; do
  zpty -w -n z "$line"$'\\t\\x18\\x02'
  zpty -r z seen '*<<*>>*'
  print -r -- "\${\${seen##*<<}%%>>*}"
done
`,
  );
  return shell(["zsh", "-f", script, ...lines])
    .split("\n")
    .slice(0, -1);
}

const typed = () => [
  "bd unc",
  `bd show ${id.slice(0, -1)}`,
  "bd list --status=o",
  "bd create --acc",
  "bd dep ad",
];
const completed = () => [
  "bd unclaim ",
  `bd show ${id} `,
  "bd list --status=open ",
  "bd create --acceptance ",
  "bd dep add ",
];

describeWith("shells", "completion in zsh", () => {
  test("commands, flags, values and ids, with the script sourced", () => {
    const setUp = "autoload -Uz compinit; compinit -u -D; source <(bd completion zsh)";
    expect(typeInZsh(setUp, typed())).toEqual(completed());
  });

  test("and with the script as a file of $fpath", async () => {
    const folder = join(bd.root, "functions");
    mkdirSync(folder);
    writeFileSync(join(folder, "_bd"), `${await bd.text("completion", "zsh")}\n`);
    const setUp = `fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D`;
    expect(typeInZsh(setUp, typed())).toEqual(completed());
  });
});

describeWith("shells", "completion in fish", () => {
  const ask = (line: string) =>
    shell(["fish", "-c", `bd completion fish | source; complete -C '${line}'`])
      .trimEnd()
      .split("\n");

  test("commands, flags, values and ids, with words about each", () => {
    expect(ask("bd unc")).toEqual([expect.stringMatching(/^unclaim\t/)]);
    expect(ask("bd show ")).toEqual([`${id}\tWeird: \`title\` $(touch made) "q" [b]`]);
    expect(ask("bd list --status=o")).toEqual([expect.stringMatching(/^--status=open\t/)]);
    expect(ask("bd create --acc")).toEqual([expect.stringMatching(/^--acceptance\t/)]);
    expect(ask("bd dep ad")).toEqual([expect.stringMatching(/^add\t/)]);
  });

  test("the other program of this name that fish knows adds nothing; files are there where nothing else is", () => {
    expect(ask("bd completion ").sort()).toEqual(["bash", "fish", "zsh"]);
    writeFileSync(join(bd.cwd, "beads.jsonl"), "");
    expect(ask("bd import be")).toEqual(["beads.jsonl"]);
  });

  test("and with the script as a file of its completions", async () => {
    const folder = join(bd.root, ".config/fish/completions");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "bd.fish"), `${await bd.text("completion", "fish")}\n`);
    expect(shell(["fish", "-c", "complete -C 'bd completion '"]).trimEnd().split("\n").sort()).toEqual([
      "bash",
      "fish",
      "zsh",
    ]);
  });
});
