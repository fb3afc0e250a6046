import { readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { ServiceInstance } from "@kratos-ts/core";
import { serviceFolder } from "./folders.ts";
import { type InstanceRecord, isGone, readRecord } from "./instance-record.ts";

interface KnownFile {
  /** Another for another file: numbers of inodes are used again. */
  readonly identity: string;
  readonly record: InstanceRecord | undefined;
}

// An instance that was silent for so many TTLs has no owner that would still renew it.
const ttlsUntilRemoval = 20;

/** Reads the live instances of one service, each file once: a file that changes is always a new one. */
export class ServiceScan {
  readonly #name: string;
  readonly #folder: string;
  #known = new Map<string, KnownFile>();

  constructor(name: string, folder: string) {
    this.#name = name;
    this.#folder = serviceFolder(folder, name);
  }

  /** The live instances in the order of their ids. Throws the error of the file system. */
  async instances(): Promise<readonly ServiceInstance[]> {
    const folder = this.#folder;
    const files = (await readdir(folder).catch(noneIfMissing)).filter((file) => file.endsWith(".json"));
    const known = new Map<string, KnownFile>();
    const instances: ServiceInstance[] = [];
    for (const file of files) {
      const found = await this.#read(join(folder, file)).catch(undefinedIfMissing);
      if (found === undefined) continue;
      known.set(join(folder, file), found.file);
      if (found.live) instances.push(found.live);
    }
    this.#known = known;
    return instances.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async #read(path: string): Promise<{ file: KnownFile; live: ServiceInstance | undefined }> {
    const { ino, birthtimeMs, size, mtimeMs } = await stat(path);
    const identity = `${ino} ${birthtimeMs} ${size}`;
    const known = this.#known.get(path);
    const file = known?.identity === identity ? known : { identity, record: readRecord(await readFile(path, "utf8")) };
    const { record } = file;
    // Not of this service: one name of a file could stand for another on a file system that ignores case.
    if (record === undefined || record.instance.name !== this.#name) return { file, live: undefined };
    const silentMs = Date.now() - mtimeMs;
    // Not as soon as its process is gone: the next process may be writing the same instance just now.
    if (silentMs > record.ttlMs * ttlsUntilRemoval) await unlink(path).catch(() => {});
    return { file, live: silentMs > record.ttlMs || isGone(record) ? undefined : record.instance };
  }
}

function noneIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
