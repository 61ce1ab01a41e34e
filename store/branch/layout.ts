/** Where things lie on the branch. */

/** Settings of the store: format version, prefix, custom types and statuses. */
export const CONFIG_PATH = "gastown.json";
/** Tells a person who browses the branch what it is. */
export const README_PATH = "README.md";
/** Texts that lost in a merge are kept here. */
export const ARCHIVE_FOLDER = "archive";
export const BEADS_FOLDER = "beads";

/** A bead id that can be a file name on every system and can not leave its folder. */
const SAFE_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

/** True for ids that the branch can hold. */
export function isStorableId(id: string): boolean {
  return SAFE_ID.test(id) && !id.includes("..") && !id.endsWith(".");
}

/** Path of a bead: two folders of one character each, from the end of its hash, then its id. */
export function beadPath(id: string): string {
  const hash = hashOf(id);
  return `${BEADS_FOLDER}/${shardCharacter(hash.at(-2))}/${shardCharacter(hash.at(-1))}/${id}.json`;
}

/** The first of the two folders of a bead. */
export function beadShard(id: string): string {
  return shardCharacter(hashOf(id).at(-2));
}

/** The id of the bead at a path; undefined when no bead belongs there. */
export function beadIdOfPath(path: string): string | undefined {
  const match = /^beads\/[^/]\/[^/]\/([^/]+)\.json$/.exec(path);
  const id = match?.[1];
  return id !== undefined && isStorableId(id) && beadPath(id) === path ? id : undefined;
}

/** What README.md on the branch says. */
export function branchReadme(prefix: string): string {
  return [
    "# Beads",
    "",
    `This branch holds beads: the issues, messages and records of work of this project, one JSON file each, with the prefix \`${prefix}\`.`,
    "It is written by `bd` and `gt` (Gastown) and shares no history with the code. Each commit is one change of state; its",
    "message says what happened, with one JSON line per event.",
    "",
    "- `beads/<c>/<d>/<id>.json`: a bead; `c` and `d` are the last two characters of the id's hash",
    "- `archive/`: texts that lost when two machines changed the same field",
    "- `gastown.json`: settings",
    "",
    "Look at it with `bd list`, or with `git log` and `git show` on this branch. Change it with `bd`.",
    "",
  ].join("\n");
}

/** What follows the prefix, of the bead or of the bead that it is a child of. */
function hashOf(id: string): string {
  const root = id.replace(/(\.\d+)+$/, "");
  return root.slice(root.lastIndexOf("-") + 1);
}

function shardCharacter(character: string | undefined): string {
  const lower = (character ?? "0").toLowerCase();
  return /[a-z0-9]/.test(lower) ? lower : "_";
}
