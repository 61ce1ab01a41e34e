/** `bd human`: the few commands that people need. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

const TEXT = `The commands that people need most (all of them: bd --help)

  bd ready                     What can be worked on now
  bd list                      What is open
  bd show <id>                 One bead, whole
  bd create "Title"            File something
  bd update <id> --claim       Take it
  bd close <id>                Done
  bd comment <id> "..."        Say something about it
  bd dep add <a> <b>           a needs b
  bd search "words"            Find something
  bd status                    Figures
  bd undo                      Take your last change back
  bd sync                      Share through the git remote
  bd doctor                    Check the store

  bd human list                What waits for a person (label "human")
  bd human respond <id> -r "..."   Answer it
`;

export default defineCommand<BdContext>()({
  summary: "The commands that people need most",
  run(_input, ctx) {
    ctx.out.raw(TEXT);
    return 0;
  },
});
