/** The command line's surroundings, as an argument: the process in life, buffers in tests. */

/** A stream of text to a person or a pipe. */
export interface Out {
  write(text: string): void;
  readonly isTty: boolean;
  /** Width in columns; 80 when unknown. */
  readonly columns: number;
}

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Out;
  readonly stderr: Out;
  readonly stdinIsTty: boolean;
  /** All of standard input, as UTF-8. */
  readStdin(): Promise<string>;
  /** Standard input piece by piece; a piece is good until the next one is asked for. Waits for whoever writes it. */
  stdinChunks(): Iterable<Uint8Array>;
}
