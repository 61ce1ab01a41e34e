/** A bare repository that holds a bead branch and nothing else. */
import { fromUtf8, utf8 } from "../../../../store/branch/bytes.ts";
import { parseGitConfig } from "../../../../store/branch/git-config.ts";
import type { StoreFs } from "../../../../store/branch/ports.ts";

/** Where the repository comes from; undefined when there is none, or it has no remote. */
export async function remoteOf(fs: StoreFs, path: string): Promise<string | undefined> {
  const text = await fs.read(`${path}/config`);
  return text === undefined ? undefined : parseGitConfig(fromUtf8(text)).get("remote.origin.url");
}

/** Makes the repository, or gives it another remote; nothing is written when it is as it should be. */
export async function ensureRepository(fs: StoreFs, path: string, remote: string | undefined): Promise<void> {
  const config = [
    "[core]",
    "\trepositoryformatversion = 0",
    "\tfilemode = false",
    "\tbare = true",
    ...(remote === undefined ? [] : ['[remote "origin"]', `\turl = ${quoted(remote)}`]),
    "",
  ].join("\n");
  const known = await fs.read(`${path}/config`);
  if (known === undefined || fromUtf8(known) !== config) {
    const temporary = `${path}/tmp_config`;
    await fs.create(temporary, utf8(config));
    await fs.rename(temporary, `${path}/config`);
  }
  await fs.create(`${path}/HEAD`, utf8("ref: refs/heads/beads\n"));
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, char => `\\${char}`)}"`;
}
