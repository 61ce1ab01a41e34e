/** Which URLs a rig may have. */
import { isAbsolute } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";

const SCHEMES = new Set(["http:", "https:", "ssh:", "git:", "file:"]);
/** `host:path` and `user@host:path`, as ssh has it. */
const SCP_LIKE = /^(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9._-]+:(?!\/\/)[^\s:][^\s]*$/;
/** What people put into the user's place of a URL, though it is a secret. */
const TOKEN = /^(gh[a-z]_|github_pat_|glpat-|oauth2|x-(access-)?token)|^.{24,}$/;

/**
 * @returns the URL as it is given to git
 * @throws {AppError} invalid_argument when it is none, when it could start a program, or when it holds a secret
 */
export function checkRemoteUrl(url: string): string {
  const text = url.trim();
  if (text === "" || text.startsWith("-") || hasControlCharacters(text)) {
    throw refusal(text, "is no URL of a git repository");
  }
  if (isAbsolute(text)) return text;
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed !== undefined && SCHEMES.has(parsed.protocol)) {
    if (parsed.password === "" && !(parsed.protocol.startsWith("http") && TOKEN.test(parsed.username)))
      return text;
    throw new AppError(
      "invalid_argument",
      "The URL holds a password or a token, which would be written down with it.",
      {
        hint: "Leave it out, and give it to a git credential helper: `git credential approve`.",
      },
    );
  }
  if (SCP_LIKE.test(text) && !text.includes("::")) return text;
  throw refusal(text, "is no URL that a rig may have");
}

function refusal(text: string, why: string): AppError {
  return new AppError("invalid_argument", `"${text.slice(0, 200)}" ${why}.`, {
    hint: "Give https://host/path, ssh://host/path, user@host:path, or the absolute path of a repository.",
  });
}

function hasControlCharacters(text: string): boolean {
  return [...text].some(char => char < " " || char === "\u007f");
}
