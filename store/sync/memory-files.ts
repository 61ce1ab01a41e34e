/** Files in memory in the shape that isomorphic-git wants of a file system: for indexing a pack before it is written. */

/** The file system, and what lies on it afterwards. */
export interface MemoryFiles {
  readonly fs: { readonly promises: MemoryPromises };
  read(path: string): Uint8Array | undefined;
}

/** The calls that isomorphic-git checks for. */
interface MemoryPromises {
  readFile(path: string, options?: unknown): Promise<Uint8Array | string>;
  writeFile(path: string, data: Uint8Array): Promise<void>;
  unlink(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  mkdir(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  stat(path: string): Promise<MemoryStat>;
  lstat(path: string): Promise<MemoryStat>;
  readlink(path: string): Promise<string>;
  symlink(target: string, path: string): Promise<void>;
}

interface MemoryStat {
  readonly size: number;
  readonly mtimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** Files by absolute path. */
export function memoryFiles(files: Map<string, Uint8Array>): MemoryFiles {
  const get = (path: string): Uint8Array => {
    const data = files.get(normal(path));
    if (data === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return data;
  };
  const stat = async (path: string): Promise<MemoryStat> => {
    const { length } = get(path);
    return {
      size: length,
      mtimeMs: 0,
      isFile: () => true,
      isDirectory: () => false,
      isSymbolicLink: () => false,
    };
  };
  const promises: MemoryPromises = {
    readFile: async (path, options) => {
      const text =
        options === "utf8" || (typeof options === "object" && options !== null && "encoding" in options);
      return text ? new TextDecoder().decode(get(path)) : get(path);
    },
    writeFile: async (path, data) => void files.set(normal(path), data),
    unlink: async path => void files.delete(normal(path)),
    readdir: async path => [...files.keys()].filter(name => name.startsWith(normal(path))),
    mkdir: async () => undefined,
    rmdir: async () => undefined,
    stat,
    lstat: stat,
    readlink: async path => Promise.reject(Object.assign(new Error(`EINVAL: ${path}`), { code: "EINVAL" })),
    symlink: async () => undefined,
  };
  return { fs: { promises }, read: path => files.get(path) };
}

function normal(path: string): string {
  return `/${path
    .split("/")
    .filter(part => part !== "" && part !== ".")
    .join("/")}`;
}
