import { resolve } from "node:path";
import type { ConfigSource } from "@kratos-ts/core";
import { FileChanges } from "./file-changes.ts";
import { fingerprint, readFiles } from "./read-files.ts";

export interface FileSourceOptions {
  /** A file, or a folder: all its files that are not hidden, in the order of their names, without its subfolders. */
  path: string;
  /** `json`, `yaml`, … for every file. Default: by extension; a file without one is a key, its text the value. */
  format?: string | undefined;
  /** The largest file that is read, in bytes. Default 1 MiB. */
  maxBytes?: number | undefined;
  /** How long nothing must happen to the files before they are read again, in ms. Default 50. */
  settleMs?: number | undefined;
  /** How often to look for changes of which the system told nothing (network drives), in ms. Default 5000. */
  pollMs?: number | undefined;
}

/**
 * Files, and how they change: in place, by renaming (editors), by swapping a symlink (Kubernetes ConfigMaps), by
 * deleting and creating them again. While a file, or the folder, is missing, what it held last stays.
 * Throws a RangeError for limits that are no positive numbers; loading throws the error of the file system.
 */
export function fileSource(options: FileSourceOptions): ConfigSource {
  const { maxBytes = 1024 * 1024, settleMs = 50, pollMs = 5000, format } = options;
  for (const [name, value] of Object.entries({ maxBytes, settleMs, pollMs }))
    if (!(value > 0)) throw new RangeError(`fileSource: ${name} must be a positive number, got ${value}`);
  const path = resolve(options.path);
  const read = () => readFiles(path, { format, maxBytes });
  // A watch begins where the load before it ended.
  let loaded: string | undefined;
  return {
    name: `file ${options.path}`,
    load: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      const files = await read();
      loaded = fingerprint(files);
      return files;
    },
    async *watch({ signal } = {}) {
      using changes = new FileChanges({ path, settleMs, pollMs });
      let seen = loaded;
      do {
        const files = await read().catch(ignoreMissing);
        if (signal?.aborted) return;
        const print = files === undefined ? seen : fingerprint(files);
        if (files === undefined || print === seen) continue;
        seen = print;
        yield files;
      } while (await changes.next(signal));
    },
  };
}

/** In the middle of being replaced, or gone: what it held stays. Anything else is an error of the watch. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}
