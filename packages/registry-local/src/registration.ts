import { randomUUID } from "node:crypto";
import { readFile, rename, unlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ServiceInstance } from "@kratos-ts/core";
import { ensureFolder, instanceFile } from "./folders.ts";
import { writeRecord } from "./instance-record.ts";

/** One instance that is kept known: its file is renewed, and written again when it was lost. */
export class Registration {
  readonly #path: string;
  readonly #record: string;
  readonly #ttlMs: number;
  #beat: NodeJS.Timeout | undefined;
  // Writing and removing never overlap.
  #last: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(instance: ServiceInstance, options: { readonly folder: string; readonly ttlMs: number }) {
    this.#path = instanceFile(options.folder, instance);
    this.#record = writeRecord(instance, options.ttlMs);
    this.#ttlMs = options.ttlMs;
  }

  /** Throws the error of the file system. */
  async start(): Promise<void> {
    await this.#inTurn(() => this.#write());
    if (!this.#ended) this.#beat = setInterval(() => void this.#renew(), this.#ttlMs / 3).unref();
  }

  /** Stops renewing; with `remove` the file goes as well. */
  async end(options: { readonly remove: boolean }): Promise<void> {
    this.#ended = true;
    clearInterval(this.#beat);
    await this.#inTurn(async () => {
      if (options.remove && (await textOf(this.#path)) === this.#record) await unlink(this.#path).catch(ignoreMissing);
    });
  }

  async #renew(): Promise<void> {
    try {
      await this.#inTurn(async () => {
        if (this.#ended) return;
        const now = new Date();
        const text = await textOf(this.#path);
        // A process that registered the same id after us has it now.
        if (text === this.#record) await utimes(this.#path, now, now);
        else if (text === undefined) await this.#write();
      });
    } catch {
      // The disk is full, or the folder is not to be written to: the next time may do better.
    }
  }

  async #write(): Promise<void> {
    await ensureFolder(dirname(this.#path));
    // Nobody ever sees half a file.
    const draft = join(dirname(this.#path), `.${randomUUID()}`);
    try {
      await writeFile(draft, this.#record);
      await rename(draft, this.#path);
    } catch (error) {
      await unlink(draft).catch(() => {});
      throw error;
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
