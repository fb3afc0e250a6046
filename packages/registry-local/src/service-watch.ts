import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import type { ServiceInstance } from "@kratos-ts/core";
import { ensureFolder, serviceFolder } from "./folders.ts";
import { ServiceScan } from "./service-scan.ts";

/** What all watchers of one service share: its newest list, and that it changes. */
export class ServiceWatch {
  readonly #folder: string;
  readonly #scan: ServiceScan;
  readonly #poll: NodeJS.Timeout;
  #watcher: { readonly closer: FSWatcher; readonly inode: number } | undefined;
  #list: readonly ServiceInstance[] | undefined;
  #listText = "";
  #failure: unknown;
  readonly #readers = new Set<() => void>();
  #scanning = false;
  #scanAgain = false;
  #closed = false;

  constructor(name: string, options: { readonly folder: string; readonly pollMs: number }) {
    this.#folder = serviceFolder(options.folder, name);
    this.#scan = new ServiceScan(name, options.folder);
    this.#poll = setInterval(() => void this.#look(), options.pollMs).unref();
    void this.#look();
  }

  /** The newest list; undefined before the first. Throws what kept it from being read. */
  get list(): readonly ServiceInstance[] | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#list;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Calls the reader after each change. */
  add(reader: () => void): void {
    this.#readers.add(reader);
  }

  remove(reader: () => void): void {
    this.#readers.delete(reader);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    this.#watcher?.closer.close();
  }

  /** Reads the folder; once more when something happened meanwhile. */
  async #look(): Promise<void> {
    this.#scanAgain = this.#scanning;
    if (this.#scanning) return;
    this.#scanning = true;
    do {
      this.#scanAgain = false;
      await this.#lookOnce();
    } while (this.#scanAgain && !this.#closed);
    this.#scanning = false;
  }

  async #lookOnce(): Promise<void> {
    try {
      await this.#watchFolder().catch(ignoreMissing);
      if (this.#closed) return;
      const list = await this.#scan.instances();
      const text = JSON.stringify(list);
      const first = this.#list === undefined || this.#failure !== undefined;
      this.#failure = undefined;
      if (text === this.#listText && !first) return;
      this.#list = list;
      this.#listText = text;
    } catch (error) {
      this.#failure = error;
    }
    this.#tell();
  }

  /** The system's watch of a folder ends with the folder, which may have been made anew. */
  async #watchFolder(): Promise<void> {
    await ensureFolder(this.#folder);
    const { ino: inode } = await stat(this.#folder);
    if (this.#closed || this.#watcher?.inode === inode) return;
    this.#watcher?.closer.close();
    this.#watcher = undefined;
    try {
      // Signs of life change files, all else renames them.
      const closer = watch(this.#folder, { persistent: false }, (event) => {
        if (event === "rename") void this.#look();
      });
      closer.on("error", () => {});
      this.#watcher = { closer, inode };
    } catch {
      // The system has no watch left: changes are found by looking.
    }
  }

  #tell(): void {
    for (const reader of this.#readers) reader();
  }
}

/** Deleted by somebody just now: it is made again the next time. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
