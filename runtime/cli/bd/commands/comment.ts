/** `bd comment`. */
import { defineCommand } from "../../lib/args.ts";
import { addComment } from "../comment-words.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Comment on a bead",
  examples: [{ line: 'bd comment bd-a3f "Works on my machine"' }],
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "text", rest: true },
  ],
  flags: {
    author: { type: "string", short: "a", value: "name", summary: "Who says it" },
    file: { type: "string", short: "f", value: "file", summary: "Text from a file", complete: "file" },
    stdin: { type: "boolean", summary: "Text from standard input" },
  },
  run: ({ flags, args }, ctx) => addComment({ words: args, ...flags }, ctx),
});
