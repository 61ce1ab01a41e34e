/** Files inside the compiled binary, by key: `web/...` (the dashboard) `seccomp/...` and `java/...` (helpers of the isolation). */

let files: ReadonlyMap<string, string> = new Map();

/** Called once by the entry of the compiled binary, before anything else. */
export function setEmbedded(embedded: ReadonlyMap<string, string>): void {
  files = embedded;
}

/** Path by which the embedded file can be read; undefined when run from sources. */
export function embeddedPath(key: string): string | undefined {
  return files.get(key);
}

/** True in the compiled binary. */
export function isCompiled(): boolean {
  return files.size > 0;
}
