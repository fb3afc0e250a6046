import type { ConfigCallOptions, ConfigKeyValue } from "@kratos-ts/core";
import type { ConfigSourceSubject } from "../src/index.ts";

/** What a source under test does wrong. */
export interface SourceFaults {
  readonly name?: string;
  readonly formatOf?: (key: string) => string | undefined;
  readonly storedText?: (text: string) => string;
  readonly unsorted?: boolean;
  readonly keepsDeleted?: boolean;
  readonly loadsOnce?: boolean;
  readonly ignoresSignals?: boolean;
  readonly tellsNoChanges?: boolean;
  /** Whether a watch begins with what is there when it begins. */
  readonly missesEarlyChanges?: boolean;
  readonly tellsChangedKeysOnly?: boolean;
  readonly queuesLists?: boolean;
  readonly leavesTimers?: boolean;
}

const extensionOf = (key: string) => (key.includes(".") ? key.slice(key.lastIndexOf(".") + 1) : undefined);

/** A source of texts in memory. */
export function memorySource(faults: SourceFaults = {}): ConfigSourceSubject {
  const texts = new Map<string, string>();
  const listeners = new Set<() => void>();
  const timers = new Set<NodeJS.Timeout>();
  const { formatOf = extensionOf, storedText = (text) => text } = faults;
  const keyValue = ([key, text]: [string, string]): ConfigKeyValue => {
    return { key, value: new TextEncoder().encode(storedText(text)), format: formatOf(key) };
  };
  const list = () => (faults.unsorted ? [...texts] : [...texts].sort()).map(keyValue);
  let loaded: ConfigKeyValue[] | undefined;

  async function* watch({ signal }: ConfigCallOptions = {}): AsyncGenerator<ConfigKeyValue[]> {
    const ends = () => signal?.aborted === true && !faults.ignoresSignals;
    let seen = JSON.stringify(faults.missesEarlyChanges ? list() : loaded);
    const queue: ConfigKeyValue[][] = [];
    let wake = () => {};
    const look = () => {
      const now = list();
      if (JSON.stringify(now) === seen || faults.tellsNoChanges) return;
      seen = JSON.stringify(now);
      if (!faults.queuesLists) queue.length = 0;
      queue.push(faults.tellsChangedKeysOnly ? now.slice(0, 1) : now);
      wake();
    };
    const onAbort = () => wake();
    if (faults.leavesTimers) timers.add(setInterval(() => {}, 1000));
    listeners.add(look);
    signal?.addEventListener("abort", onAbort);
    look();
    try {
      while (!ends()) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      listeners.delete(look);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  return {
    source: {
      name: faults.name ?? "memory of a test",
      async load({ signal } = {}) {
        if (!faults.ignoresSignals) signal?.throwIfAborted();
        loaded = faults.loadsOnce && loaded !== undefined ? loaded : list();
        return loaded;
      },
      watch,
    },
    async write(next) {
      if (!faults.keepsDeleted) texts.clear();
      for (const [key, text] of Object.entries(next)) texts.set(key, text);
      for (const listener of listeners) listener();
    },
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
