/** A remote for tests that need one with a first commit and nothing in it. */
import { join } from "node:path";
import type { Playground } from "./gastown.ts";

/** Who commits in tests, as words of git's command line. */
export const WHO = ["-c", "user.name=T", "-c", "user.email=t@example.org"];

/** Makes the bare repository `remote.git` in the playground, with one empty commit on `main`. @returns its path */
export async function seededRemote(place: Playground): Promise<string> {
  const remote = join(place.dir, "remote.git");
  const seed = join(place.dir, "seed");
  await place.git(place.dir, "init", "-q", "--bare", "-b", "main", remote);
  await place.git(place.dir, "init", "-q", "-b", "main", seed);
  await place.git(seed, ...WHO, "commit", "-q", "--allow-empty", "-m", "one");
  await place.git(seed, "push", "-q", remote, "main");
  return remote;
}
