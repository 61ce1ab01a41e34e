/** `gt forge login` */
import { join } from "node:path";
import { AppError } from "../../../../store/schema/errors.ts";
import { keepForgeToken, tokenFile } from "../../../hosts/bun/forge/token.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import { isTown } from "../../lib/town-folder.ts";
import type { GtContext } from "../context.ts";

export const forgeLogin = defineCommand<GtContext>()({
  summary: "Keeps a token for pull requests in the town's secrets; it is read from standard input",
  examples: [
    { line: "gh auth token | gt forge login" },
    { line: "gt forge login https://github.example.com/api/v3 < token.txt" },
  ],
  positionals: [{ name: "url", summary: "API of the forge (https://api.github.com)" }],
  async run({ args: [url = "https://api.github.com"] }, context) {
    if (!URL.canParse(url)) throw usageError(`"${url}" is no URL.`, "For example: https://api.github.com.");
    const dir = context.townDir;
    if (!isTown(dir)) {
      throw new AppError("not_found", `There is no town in ${dir}.`, { hint: "Name one with --town." });
    }
    const token = (await context.io.readStdin()).trim();
    if (token === "" || /\s/.test(token)) {
      throw usageError("There is no token on standard input.", "gh auth token | gt forge login");
    }
    const secrets = join(dir, "secrets");
    keepForgeToken(secrets, url, token);
    const kept = { url, file: tokenFile(secrets, url) };
    context.print(kept, () => [`The token for ${new URL(url).host} is kept in ${kept.file}.`]);
    return undefined;
  },
});
