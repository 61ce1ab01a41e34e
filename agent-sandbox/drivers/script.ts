/** Runs the fenced `sh` blocks of a bead's description, one after another, and stops at the first that fails. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../store/schema/errors.ts";
import { quote } from "../process/quote.ts";
import type { Driver } from "./driver.ts";

/** The contents of the blocks fenced as `sh`, in order. A fence is three or more backticks or tildes, closed by as many. */
export function shellBlocks(markdown: string): string[] {
  const blocks: string[] = [];
  let fence: { mark: string; shell: boolean; lines: string[] } | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const match = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)/.exec(line);
    if (fence === undefined) {
      if (match?.[1] !== undefined) fence = { mark: match[1], shell: match[2] === "sh", lines: [] };
    } else if (match?.[1]?.startsWith(fence.mark) && line.trim() === match[1]) {
      if (fence.shell) blocks.push(fence.lines.join("\n"));
      fence = undefined;
    } else {
      fence.lines.push(line);
    }
  }
  return blocks;
}

export const scriptDriver: Driver = {
  untrusted: false,
  fresh: true,
  needs: () => ({ hosts: [], readable: [] }),
  async plan({ job, agentFolder }) {
    const blocks = shellBlocks(job.bead.description);
    if (blocks.length === 0) {
      throw new AppError(
        "unprocessable",
        `The description of ${job.bead.id} has no block fenced as \`sh\`.`,
        {
          hint: "Put the steps into the description between ```sh and ```, or give the bead to an agent.",
        },
      );
    }
    const folder = join(agentFolder, "blocks");
    await mkdir(folder, { recursive: true });
    const steps: string[] = [];
    for (const [index, block] of blocks.entries()) {
      const file = join(folder, `${index + 1}.sh`);
      const shown = join(folder, `${index + 1}.txt`);
      await writeFile(file, `${block}\n`);
      await writeFile(shown, shownBlock(block));
      steps.push(
        `cat ${quote(shown)}`,
        `/bin/sh -eu ${quote(file)} </dev/null || { code=$?; printf '\\033[31mStep ${index + 1} of ${blocks.length} failed with exit code %s.\\033[0m\\n' "$code"; exit "$code"; }`,
      );
    }
    return { script: `${steps.join("\n")}\n`, env: {}, filter: undefined };
  },
};

/** The block as it is announced on the terminal: bold, each command line behind a prompt. */
function shownBlock(block: string): string {
  const lines = block
    .split("\n")
    .map((line, index) => `\u001b[1;36m${index === 0 ? "$" : " "} ${printable(line)}\u001b[0m`);
  return `${lines.join("\n")}\n`;
}

function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  return line.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}
