/** Which repository of a forge a rig is, told by its URL. */
import { expect, test } from "bun:test";
import { repoOf } from "./pulls.ts";

test.each([
  ["https://github.com/me/web", "me/web"],
  ["https://github.com/me/web.git", "me/web"],
  ["ssh://git@github.com/me/web.git", "me/web"],
  ["git@github.com:me/web.git", "me/web"],
  ["https://forge.example/a/b/c", undefined],
  ["/srv/web.git", undefined],
  ["file:///me/web.git", undefined],
])("%s is %p", (git_url, repo) => {
  expect(repoOf({ git_url })).toBe(repo);
});
