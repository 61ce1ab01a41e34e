/** The user's git credential helpers, asked through `git credential`. Secrets go over pipes only. */
import type { Credential, CredentialPort, RemoteGit } from "../../../../store/sync/index.ts";

/** Asks the helpers that this git knows. */
export function createCredentialPort(git: RemoteGit): CredentialPort {
  const tell = async (
    action: "approve" | "reject",
    gitDir: string,
    url: string,
    credential: Credential,
  ): Promise<void> => {
    // Helpers that can not keep or forget something say so themselves; the exchange does not depend on it.
    await git.run(gitDir, ["credential", action], { input: describe(url, credential) });
  };
  return {
    async fill(gitDir, url) {
      const result = await git.run(gitDir, ["credential", "fill"], { input: describe(url) });
      if (result.code !== 0) return undefined;
      const values = new Map<string, string>();
      for (const line of new TextDecoder().decode(result.stdout).split("\n")) {
        const at = line.indexOf("=");
        if (at > 0) values.set(line.slice(0, at), line.slice(at + 1));
      }
      const username = values.get("username");
      const password = values.get("password");
      return username === undefined || password === undefined ? undefined : { username, password };
    },
    approve: (gitDir, url, credential) => tell("approve", gitDir, url, credential),
    reject: (gitDir, url, credential) => tell("reject", gitDir, url, credential),
  };
}

/** The request in the format of `git credential`; a line break in a value would forge further values. */
function describe(url: string, credential?: Credential): string {
  const lines = [`url=${url}`];
  if (credential !== undefined) {
    lines.push(`username=${credential.username}`, `password=${credential.password}`);
  }
  return `${lines.map(line => line.replace(/[\r\n\0]/g, "")).join("\n")}\n\n`;
}
