import { expect, test } from "bun:test";
import { shellBlocks } from "./script.ts";

test("takes the blocks fenced as sh, in order, and no others", () => {
  const text = [
    "Words.",
    "```sh",
    "echo one",
    "",
    "cat <<'EOF'",
    "``",
    "EOF",
    "```",
    "```ts",
    "```sh is not a fence here",
    "const a = 1;",
    "```",
    "~~~~sh title=x",
    "echo two",
    "~~~",
    "```",
    "~~~~",
    "````sh",
    "```",
    "nested",
    "```",
    "````",
    "  ```sh",
    "echo indented",
    "  ```",
    "    ```sh",
    "not a fence: four spaces",
    "```shell",
    "echo other language",
    "```",
  ].join("\n");
  expect(shellBlocks(text)).toEqual([
    "echo one\n\ncat <<'EOF'\n``\nEOF",
    "echo two\n~~~\n```",
    "```\nnested\n```",
    "echo indented",
  ]);
});

test("reads Windows line ends, and leaves out what is not closed", () => {
  expect(shellBlocks("```sh\r\necho a\r\n```\r\n```sh\necho b")).toEqual(["echo a"]);
});
