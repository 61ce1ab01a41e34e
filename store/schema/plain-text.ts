/** Text as it may go to a terminal or into a prompt: no control characters, newlines as LF. */

/** Without escape sequences, control characters and line separators that a terminal or a model would take for more than text. */
export function plainText(text: string): string {
  return (
    text
      .replaceAll(/\r\n?/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
      .replaceAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g, "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
      .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "")
      .trim()
  );
}
