import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";

export interface FileChangesOptions {
  readonly path: string;
  readonly settleMs: number;
  readonly pollMs: number;
}

// However often files change, they are read after that many quiet times.
const maxSettles = 20;

/**
 * Tells when it is time to look at a file or folder again. Watches the folder around a file too: renames happen there.
 * The system's watch of a folder dies with the folder, and some file systems tell nothing, so it also looks by itself.
 */
export class FileChanges implements Disposable {
  readonly #options: FileChangesOptions;
  readonly #watchers = new Map<string, { readonly watcher: FSWatcher; readonly identity: string }>();
  readonly #poll: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;
  #since = 0;
  #due = false;
  #wake: (() => void) | undefined;

  constructor(options: FileChangesOptions) {
    this.#options = options;
    this.#watch();
    this.#poll = setInterval(() => this.#ready(), options.pollMs).unref();
  }

  /** Waits until there may be a change; false when the signal aborted. One caller at a time. */
  async next(signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#due && !signal?.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal?.addEventListener("abort", this.#wake, { once: true });
      await promise;
      signal?.removeEventListener("abort", this.#wake);
    }
    this.#due = false;
    this.#watch();
    return !signal?.aborted;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#poll);
    clearTimeout(this.#settling);
    for (const { watcher } of this.#watchers.values()) watcher.close();
  }

  /** Watches what is there now, and no longer what was there before under the same name. */
  #watch(): void {
    const { path } = this.#options;
    for (const folder of [path, dirname(path)]) {
      const identity = identityOf(folder);
      const known = this.#watchers.get(folder);
      if (known?.identity === identity) continue;
      known?.watcher.close();
      this.#watchers.delete(folder);
      if (identity === undefined) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#touched());
        watcher.on("error", () => this.#touched());
        this.#watchers.set(folder, { watcher, identity });
      } catch {
        // No watches left in this system, or just deleted: found by looking.
      }
    }
  }

  #touched(): void {
    const { settleMs } = this.#options;
    const now = performance.now();
    if (this.#settling === undefined) this.#since = now;
    else if (now - this.#since > maxSettles * settleMs) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#ready(), settleMs).unref();
  }

  #ready(): void {
    this.#settling = undefined;
    this.#due = true;
    this.#wake?.();
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}
