/** Shell completion: three small scripts that ask the program itself, so that they never go stale. */
import type { Command, Completion, Flag, Flags } from "./args.ts";
import { findTarget, type Program } from "./program.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The hidden command by which the scripts ask: `<program> __complete -- <words...> <word being typed>`. */
export const COMPLETE_COMMAND = "__complete";

/** One suggestion, with words about it for the shells that show them. */
export interface Candidate {
  readonly value: string;
  readonly note?: string;
}

/** Answers what beads, rigs, agents ... there are; an empty list when it cannot know quickly. */
export type Dynamic = (
  kind: Exclude<Completion, "file" | "directory">,
  prefix: string,
) => Promise<readonly Candidate[]>;

/** Candidates for the last of the words, which may be empty. Files are left to the shell: an empty answer. */
export async function candidates<C>(
  program: Program<C>,
  words: readonly string[],
  dynamic: Dynamic,
): Promise<readonly Candidate[]> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const target = findTarget(program, before);
  const command = await target.entry?.load?.();
  const flags: Flags = { ...program.globals, ...command?.flags };
  const joined = /^(--[^=]+)=(.*)$/s.exec(current);
  if (joined !== null) {
    const [, name = "", value = ""] = joined;
    const awaiting = flagAwaitingValue(flags, name);
    const values = awaiting === undefined ? [] : await valueCandidates(awaiting, value, dynamic);
    return values
      .filter(candidate => candidate.value.startsWith(value))
      .map(candidate => ({ ...candidate, value: `${name}=${candidate.value}` }));
  }
  const flag = flagAwaitingValue(flags, before.at(-1));
  const found =
    flag !== undefined
      ? await valueCandidates(flag, current, dynamic)
      : current.startsWith("-")
        ? flagCandidates(flags)
        : [
            ...commandCandidates(target.subcommands),
            ...(await wordCandidates(command, target.rest, flags, current, dynamic)),
          ];
  return found.filter(candidate => candidate.value.startsWith(current));
}

function commandCandidates<C>(tree: Program<C>["commands"]): Candidate[] {
  return Object.entries(tree)
    .filter(([, entry]) => entry.hidden !== true)
    .map(([value, entry]) => ({ value, note: entry.summary }));
}

function flagCandidates(flags: Flags): Candidate[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .flatMap(([name, flag]) => [
      { value: `--${name}`, note: flag.summary },
      ...(flag.type === "boolean" && flag.negatable === true
        ? [{ value: `--no-${name}`, note: flag.summary }]
        : []),
    ]);
}

function flagAwaitingValue(flags: Flags, word: string | undefined): Flag | undefined {
  const found = Object.entries(flags).find(
    ([name, flag]) =>
      word === `--${name}` || word === `-${flag.short}` || flag.aliases?.some(alias => word === `--${alias}`),
  )?.[1];
  return found?.type === "boolean" ? undefined : found;
}

async function valueCandidates(flag: Flag, prefix: string, dynamic: Dynamic): Promise<readonly Candidate[]> {
  if (flag.type === "boolean") return [];
  if (flag.type === "string" && flag.choices !== undefined) return flag.choices.map(value => ({ value }));
  return complete(flag.complete, prefix, dynamic);
}

async function wordCandidates<C>(
  command: Command<C> | undefined,
  rest: readonly string[],
  flags: Flags,
  prefix: string,
  dynamic: Dynamic,
): Promise<readonly Candidate[]> {
  const positionals = command?.positionals ?? [];
  const count = rest.filter(
    (word, index) => !word.startsWith("-") && flagAwaitingValue(flags, rest[index - 1]) === undefined,
  ).length;
  const last = positionals.at(-1);
  const positional = positionals[count] ?? (last?.rest === true ? last : undefined);
  if (positional?.choices !== undefined) return positional.choices.map(value => ({ value }));
  return complete(positional?.complete, prefix, dynamic);
}

async function complete(
  kind: Completion | undefined,
  prefix: string,
  dynamic: Dynamic,
): Promise<readonly Candidate[]> {
  if (kind === undefined || kind === "file" || kind === "directory") return [];
  return await dynamic(kind, prefix);
}

/** The script to source in a shell; `name` is the program's name on the PATH. */
export function completionScript(shell: Shell, name: string): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](name);
}

function bashScript(name: string): string {
  return `# bash completion for ${name}: put into ~/.bashrc:  source <(${name} completion bash)
_${name}_complete() {
  local -a words=(); local i word="" glued="" line
  # bash cuts words at = and : as well; here they are whole again.
  for (( i = 1; i <= COMP_CWORD; i++ )); do
    word="\${COMP_WORDS[i]}"
    if [[ \${#words[@]} -gt 0 && ( -n "$glued" || "$word" == [=:]* ) && "\${words[-1]}" == ?* ]]; then
      words[-1]+="$word"
    else
      words+=("$word")
    fi
    glued=""; [[ "$word" == *[=:] ]] && glued=1
  done
  local current="\${words[-1]}" cut=""
  [[ "$current" == *[=:]* ]] && cut="\${current%"\${current##*[=:]}"}"
  COMPREPLY=()
  while IFS= read -r line; do
    line="\${line%%$'\\t'*}"
    [ -n "$line" ] && COMPREPLY+=("\${line#"$cut"}")
  done < <(${name} ${COMPLETE_COMMAND} -- "\${words[@]}" 2>/dev/null)
  [ "\${#COMPREPLY[@]}" -eq 0 ] && mapfile -t COMPREPLY < <(compgen -f -- "\${current#"$cut"}")
}
complete -F _${name}_complete ${name}
`;
}

function zshScript(name: string): string {
  return `#compdef ${name}
# zsh completion for ${name}: put into ~/.zshrc:  source <(${name} completion zsh)
# or write it to a file _${name} in a folder of $fpath.
_${name}() {
  local -a found; local line value note
  while IFS= read -r line; do
    [[ -z "$line" ]] && continue
    value="\${line%%$'\\t'*}"; note="\${line#*$'\\t'}"
    [[ "$note" == "$line" ]] && note=""
    found+=("\${value//:/\\\\:}\${note:+:$note}")
  done < <(${name} ${COMPLETE_COMMAND} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe '${name}' found; else _files; fi
}
if [[ "\${funcstack[1]}" == "_${name}" ]]; then
  _${name} "$@"
else
  (( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit; }
  compdef _${name} ${name}
fi
`;
}

function fishScript(name: string): string {
  return `# fish completion for ${name}: put into ~/.config/fish/config.fish:  ${name} completion fish | source
function __${name}_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  set -l found (${name} ${COMPLETE_COMMAND} -- $before[2..-1] "$current" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$current"
  end
end
# fish itself brings completions for another program that is called bd: they are loaded, and taken away.
complete -C '${name} ' >/dev/null 2>&1
complete -c ${name} -e
complete -c ${name} -f -a '(__${name}_complete)'
`;
}
