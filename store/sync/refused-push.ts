/** The error for a push that a remote does not want, with what the remote says about it. */
import { AppError } from "../schema/errors.ts";
import { redactUrls } from "./git-failure.ts";

const MAX_WORDS = 300;

/**
 * @param remote name or URL
 * @param reason what the protocol says, as in "pre-receive hook declined"
 * @param output what the remote's hooks print, with or without `remote:` before each line
 */
export function refusedPush(remote: string, reason: string, output: string): AppError {
  const words = redactUrls(remoteWords(output));
  const why = words === "" ? reason : `${reason}: ${words}`;
  return new AppError("push_rejected", `${redactUrls(remote)} did not take the beads: ${why}`, {
    hint: "Ask who runs that repository to allow pushes to the bead branch, or sync with another remote.",
    data: { remote: redactUrls(remote), reason, output: redactUrls(output).slice(0, 2000) },
  });
}

/** The lines of the remote as one, without colours and without what git says itself. */
function remoteWords(output: string): string {
  const lines = output.split(/[\r\n]+/);
  const marked = lines.filter(line => line.startsWith("remote:"));
  const text = (marked.length > 0 ? marked : lines.filter(line => !/^(To |error:|fatal:)/.test(line)))
    .map(line => line.replace(/^remote:/, ""))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours and other control characters are taken out
    .map(line => line.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u001f\u007f]/g, "").trim())
    .filter(line => line !== "")
    .join(" ");
  return text.length > MAX_WORDS ? `${text.slice(0, MAX_WORDS)}...` : text;
}
