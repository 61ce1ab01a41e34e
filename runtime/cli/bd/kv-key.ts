/** Keys of `bd kv`. */
import { usageError } from "../lib/args.ts";
import { KV_PREFIX, MEMORY_PREFIX } from "./store-config.ts";

/** The key as it is stored. @throws {AppError} invalid_argument */
export function storedKey(key: string): string {
  if (key.trim() === "") throw usageError("key cannot be empty");
  const stored = `${KV_PREFIX}${key}`;
  if (stored.startsWith(MEMORY_PREFIX)) throw usageError('keys under "memory." belong to bd remember');
  return stored;
}
