import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigKeyValue } from "@kratos-ts/core";

export interface ReadFilesOptions {
  readonly format: string | undefined;
  readonly maxBytes: number;
}

const emptyForMs = 500;
const waitMs = 20;

/** The file at a path, or the files of the folder there. Throws the error of the file system. */
export async function readFiles(path: string, options: ReadFilesOptions): Promise<ConfigKeyValue[]> {
  if (!(await stat(path)).isDirectory()) return [await readOne(path, options)];
  const names = (await readdir(path)).filter((name) => !name.startsWith(".")).sort();
  const files: ConfigKeyValue[] = [];
  for (const name of names) {
    const file = join(path, name);
    if ((await stat(file)).isFile()) files.push(await readOne(file, options));
  }
  return files;
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
