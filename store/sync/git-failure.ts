/** What a failed run of git against a remote means. Git has no codes for it, only words. */
import { AppError, type ErrorCode } from "../schema/errors.ts";
import type { GitResult } from "./ports.ts";

const SIGNS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /terminal prompts disabled|could not read (Username|Password)|Authentication failed|Permission denied \(|invalid credentials|HTTP Basic/i,
    "unauthenticated",
    "Sign in to it with git (`git fetch`) so that a credential helper or ssh agent knows the way, then sync again.",
  ],
  [
    /Host key verification failed/i,
    "unauthenticated",
    "Connect to the host once with ssh and accept its key.",
  ],
  [
    /dubious ownership/i,
    "forbidden",
    "Say that you trust that repository: git config --global --add safe.directory <its path>.",
  ],
  [/transport '.*' not allowed/i, "not_supported", "Give an address of http(s), ssh or a path."],
  [
    /access denied|not allowed|returned error: 403|insufficient permission/i,
    "forbidden",
    "Ask for write access to it.",
  ],
  [
    /repository .* not found|does not appear to be a git repository|not a git repository|no such (file|remote)|does not exist/i,
    "not_found",
    "Check the address with `git remote -v`.",
  ],
  [
    /unknown option|unrecognized argument|usage: git/i,
    "not_supported",
    "Update git; 2.30 or later is needed.",
  ],
  [/No space left|Disk quota/i, "storage_full", "Free some space."],
];
const UNREACHABLE = "Local work goes on; sync again when the remote can be reached.";

/**
 * The error for a run that failed.
 * @param doing what was tried, as in "fetch from"
 * @param remote name or URL
 */
export function gitFailure(doing: string, remote: string, result: GitResult): AppError {
  const text = redactUrls(result.stderr).trim();
  const line =
    text
      .split("\n")
      .find(each => /^(fatal|error|ssh|remote):/.test(each))
      ?.replace(/^(fatal|error|remote): /, "") ?? text.split("\n")[0];
  const [, code, hint] = SIGNS.find(([sign]) => sign.test(text)) ?? [
    undefined,
    "remote_unreachable" as const,
    UNREACHABLE,
  ];
  return new AppError(
    code,
    `Could not ${doing} ${redactUrls(remote)}: ${line || `git ended with ${result.code}`}`,
    {
      hint,
      data: { remote: redactUrls(remote), git_exit: result.code, output: text.slice(0, 2000) },
      retryable: code === "remote_unreachable",
    },
  );
}

/** The text with user names and passwords taken out of its URLs. */
export function redactUrls(text: string): string {
  return text.replace(/(\w[\w+.-]*:\/\/)[^\s/@]+@/g, "$1");
}
