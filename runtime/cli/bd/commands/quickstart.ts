/** `bd quickstart`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

const TEXT = `bd: an issue tracker on a git branch

START
  bd init                                  Make a store here (prefix: name of the folder)
  bd create "Fix the login" -t bug -p 1    File something
  bd ready                                 What can be worked on now

WORK
  bd update bd-a3f --claim                 Take it
  bd show bd-a3f                           Read it
  bd note bd-a3f "token expires too early" Write down what you find
  bd close bd-a3f --reason "fixed"         Done

ORDER
  bd dep add bd-a3f bd-x7k                 bd-a3f needs bd-x7k first
  bd create "Subtask" --parent bd-e1       A child of an epic
  bd dep tree bd-a3f                       What it waits for
  bd blocked                               What has to wait, and why

FIND
  bd list --status open -p 0,1             By properties
  bd search "login"                        By words
  bd query "type=bug AND updated<7d"       By expressions

SHARE
  bd sync                                  Through the git remote
  git log beads                            The whole story
  bd setup claude                          Tell an agent of it

Ids can be shortened: "a3f" finds bd-a3f. Every command takes --json and --help.
`;

export default defineCommand<BdContext>()({
  summary: "The first steps",
  run(_input, ctx) {
    ctx.out.raw(TEXT);
    return 0;
  },
});
