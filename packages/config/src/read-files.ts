import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ConfigKeyValue } from "@kratos-ts/core";

export interface ReadFilesOptions {
  readonly format: string | undefined;
  readonly maxBytes: number;
}

const emptyForMs = 500;
const waitMs = 20;

// A folder that changes without end is left to be read later.
const maxAttempts = 10;

/**
 * The file at a path, or the files of the folder there, all of one moment: they are read again when any of them changed
 * meanwhile, as when a ConfigMap is swapped. Throws the error of the file system, and an Error for what never rests.
 */
export async function readFiles(path: string, options: ReadFilesOptions): Promise<ConfigKeyValue[]> {
  const isFolder = (await stat(path)).isDirectory();
  for (let attempt = 1; ; attempt++) {
    try {
      const before = await statesOf(path, isFolder);
      const files: ConfigKeyValue[] = [];
      for (const file of before.keys()) files.push(await readOne(file, options));
      if (isDeepStrictEqual(before, await statesOf(path, isFolder))) return files;
    } catch (error) {
      // Perhaps it went after its folder was listed.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || !isFolder || attempt === maxAttempts) throw error;
    }
    if (attempt === maxAttempts) throw new Error(`${path} changed each of the ${maxAttempts} times that it was read`);
  }
}

/** The files by their paths, in the order of their names, each with what is another when it was replaced or written. */
async function statesOf(path: string, isFolder: boolean): Promise<Map<string, string>> {
  const names = isFolder ? (await readdir(path)).filter((name) => !name.startsWith(".")).sort() : [];
  const states = new Map<string, string>();
  for (const file of isFolder ? names.map((name) => join(path, name)) : [path]) {
    const found = await stat(file, { bigint: true });
    if (found.isFile()) states.set(file, `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`);
  }
  return states;
}

async function readOne(file: string, { format, maxBytes }: ReadFilesOptions): Promise<ConfigKeyValue> {
  const size = await settledSize(file);
  if (size > maxBytes)
    throw new Error(`${file} has ${size} bytes, at most ${maxBytes} are read; maxBytes sets the limit`);
  const key = basename(file);
  return { key, value: await readFile(file), format: format ?? extensionOf(key) };
}

/** Who writes a file in place empties it first: one that is empty is read when it has been so for a while. */
async function settledSize(file: string): Promise<number> {
  for (let waits = 0; ; waits++) {
    const { size, mtimeMs } = await stat(file);
    // However the clocks of machines and drives differ, the wait ends.
    if (size > 0 || Date.now() - mtimeMs > emptyForMs || waits * waitMs > emptyForMs) return size;
    await sleep(waitMs);
  }
}

function extensionOf(name: string): string | undefined {
  const dot = name.lastIndexOf(".");
  return dot === -1 ? undefined : name.slice(dot + 1);
}

/** Equal for files of equal names and content. */
export function fingerprint(files: readonly ConfigKeyValue[]): string {
  const hash = createHash("sha256");
  for (const { key, value } of files) hash.update(`${key}\0${value.length}\0`).update(value);
  return hash.digest("base64");
}
