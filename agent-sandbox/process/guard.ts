/**
 * Where nothing else ends an agent's programs together with the sandbox process, a guard does: a shell that waits on a
 * pipe from this process and, when the pipe closes without a word, kills the group.
 */

const GUARD = `if read -r _; then exit 0; fi
kill -KILL -- "-$1" 2>/dev/null
command -v pkill >/dev/null && pkill -KILL -s "$1" 2>/dev/null
exit 0`;

/** Guards the group and session led by `pid`; the answer dismisses the guard, when the group has ended. */
export function guardGroup(pid: number): () => void {
  const guard = Bun.spawn(["/bin/sh", "-c", GUARD, "guard", String(pid)], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
    detached: true,
  });
  guard.unref();
  return () => {
    guard.stdin.write("done\n");
    void guard.stdin.end();
  };
}
