/**
 * Where nothing else ends an agent's programs together with the sandbox process, a guard does: a shell that waits on a
 * pipe from this process and, when the pipe closes without a word, kills the group and whatever carries the run's mark.
 */

const GUARD = [
  "if read -r _; then exit 0; fi",
  'kill -KILL -- "-$1" 2>/dev/null',
  '[ -n "$2" ] || exit 0',
  "for file in /proc/[0-9]*/environ; do",
  '  if tr "\\0" "\\n" 2>/dev/null < "$file" | grep -qxF -e "$2"; then',
  '    pid="$(basename "$(dirname "$file")")"',
  '    kill -KILL "$pid" 2>/dev/null',
  "  fi",
  "done 2>/dev/null",
  "exit 0",
].join("\n");

/**
 * Guards the group led by `pid`, and on Linux every process whose environment has the entry `marker`. The answer
 * is the guard's own id, and how to dismiss it when the group has ended.
 */
export function guardGroup(
  pid: number,
  marker: string,
): { readonly pid: number; readonly dismiss: () => void } {
  const guard = Bun.spawn(
    ["/bin/sh", "-c", GUARD, "guard", String(pid), process.platform === "linux" ? marker : ""],
    { stdin: "pipe", stdout: "ignore", stderr: "ignore", detached: true },
  );
  guard.unref();
  return {
    pid: guard.pid,
    dismiss: () => {
      guard.stdin.write("done\n");
      void guard.stdin.end();
    },
  };
}
