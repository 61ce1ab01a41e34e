/** Where the merge keeps what lost: texts as JSON that says what they were, files byte for byte. */
import { utf8 } from "../branch/bytes.ts";
import { canonicalJson } from "../branch/canonical-json.ts";
import { ARCHIVE_FOLDER, BEADS_FOLDER, beadPath } from "../branch/layout.ts";
import { objectId } from "../branch/objects.ts";
import type { GitCodec } from "../branch/ports.ts";
import type { Loss } from "./rule.ts";

const NAME_DIGITS = 12;

/** A file for the archive. */
export interface ArchiveFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** The record of a text that lost; the same on every machine. */
export function archiveText(codec: GitCodec, id: string, loss: Extract<Loss, { kind: "text" }>): ArchiveFile {
  const { field, stamp, text } = loss;
  const data = utf8(canonicalJson({ id, field, text, ...(stamp === undefined ? {} : { stamp }) }));
  const name = objectId(codec, "blob", data).slice(0, NAME_DIGITS);
  return { path: `${beadFolder(id)}/${field}-${name}.json`, data };
}

/** Where a whole file goes that lost. */
export function archivedFilePath(path: string, oid: string): string {
  const inside = path.startsWith(`${ARCHIVE_FOLDER}/`) ? path : `${ARCHIVE_FOLDER}/files/${path}`;
  return `${inside}-${oid.slice(0, NAME_DIGITS)}`;
}

function beadFolder(id: string): string {
  return beadPath(id)
    .slice(BEADS_FOLDER.length)
    .replace(/\.json$/, "")
    .replace(/^/, ARCHIVE_FOLDER);
}
