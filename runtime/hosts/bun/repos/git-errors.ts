/** What a failed git command means. Git tells it in words only; ours name the thing and the remedy. */
import { AppError, type ErrorCode } from "../../../../store/schema/errors.ts";

const MAX_CHARS = 2_000;
/** What git says after every failure of a remote; the hint says it better. */
const GENERAL =
  /\s*(fatal: )?Could not read from remote repository\.\s+Please make sure you have the correct access rights\s+and the repository exists\.\s*$/;

/** First match wins: git ends many failures with the same general line. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /No space left on device|Disk quota exceeded/i,
    "storage_full",
    "Free some space on the disk and try again.",
  ],
  [
    /Could not resolve host|Name or service not known|Temporary failure in name resolution|nodename nor servname/i,
    "remote_unreachable",
    "Check the name in the URL and the network.",
  ],
  [
    /Connection refused|Connection timed out|Operation timed out|No route to host|Network is unreachable|Failed to connect|Connection reset|Could not connect|unable to connect to/i,
    "remote_unreachable",
    "See whether the server runs and can be reached from here, then try again.",
  ],
  [
    /Host key verification failed/i,
    "forbidden",
    "Connect once with `ssh` by hand, to check and accept the host's key.",
  ],
  [
    /Authentication failed|could not read (Username|Password)|terminal prompts disabled|Permission denied|access denied|The requested URL returned error: 40[13]|Invalid username or (password|token)/i,
    "forbidden",
    "Set up a git credential helper or an ssh key for this host, so that `git ls-remote` works without a question.",
  ],
  [
    /repository .*not found|Repository not found|does not appear to be a git repository|not a git repository|The requested URL returned error: 404|does not exist/i,
    "not_found",
    "Check the URL: `git ls-remote <url>` should list its branches.",
  ],
  [
    /transport '.*' not allowed|is not allowed|unsupported protocol/i,
    "invalid_argument",
    "Use https, ssh, git or a path.",
  ],
];

/** `command`: the git command, e.g. `fetch`; `about`: what it was about, e.g. a URL without its password. */
export function explainGit(
  command: string,
  result: { readonly code: number; readonly stdout: string; readonly stderr: string },
  about?: string,
): AppError {
  const said = result.stderr.trim() || result.stdout.trim();
  const words = withoutPasswords((said.replace(GENERAL, "") || said).slice(-MAX_CHARS));
  const [, code, hint] = MEANINGS.find(([pattern]) => pattern.test(words)) ?? [
    undefined,
    "git_failed" as const,
    undefined,
  ];
  const subject = about === undefined ? `git ${command}` : `${about}: git ${command}`;
  return new AppError(code, `${subject} failed: ${words || `exit code ${result.code}`}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { command: `git ${command}`, exit_code: result.code },
    retryable: code === "remote_unreachable" || code === "storage_full",
  });
}

/** The same text without user names and passwords in URLs. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, "$1");
}
