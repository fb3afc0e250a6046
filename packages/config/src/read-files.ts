import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ConfigKeyValue } from "@kratos-ts/core";

export interface ReadFilesOptions {
  readonly format: string | undefined;
  readonly maxBytes: number;
}

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
  const { size } = await stat(file);
  if (size > maxBytes)
    throw new Error(`${file} has ${size} bytes, at most ${maxBytes} are read; maxBytes sets the limit`);
  const key = basename(file);
  return { key, value: await readFile(file), format: format ?? extensionOf(key) };
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
