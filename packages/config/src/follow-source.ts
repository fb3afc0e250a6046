import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigKeyValue, ConfigSource } from "@kratos-ts/core";
import { messageOf } from "./config-error.ts";

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly backoff: Required<BackoffOptions>;
  onContent(keyValues: readonly ConfigKeyValue[]): void;
  onFailure(error: Error): void;
}

/** How long to wait before a source whose watch failed is loaded and watched again. */
export interface BackoffOptions {
  /** After the first failure, in ms. Default 1000. */
  readonly initialMs?: number | undefined;
  /** The longest wait, in ms; each is twice as long as the one before. Default 30 000. */
  readonly maxMs?: number | undefined;
}

/** Watches a source until the signal aborts; when the watch fails, loads and watches again. Never throws. */
export async function followSource(source: ConfigSource, options: FollowOptions): Promise<void> {
  const { signal, backoff } = options;
  let failures = 0;
  const onContent = (keyValues: readonly ConfigKeyValue[]) => {
    failures = 0;
    options.onContent(keyValues);
  };
  while (!signal.aborted && source.watch !== undefined) {
    try {
      await followOnce(source, { signal, onContent });
      if (!signal.aborted) throw new Error("its watch ended");
    } catch (error) {
      if (signal.aborted) return;
      options.onFailure(new Error(`can't be watched: ${messageOf(error)}`, { cause: error }));
      await pause(Math.min(backoff.maxMs, backoff.initialMs * 2 ** failures++), signal);
    }
  }
}

/** One watch, and a load beside it for what changed before it began. Throws what either throws. */
async function followOnce(source: ConfigSource, options: Pick<FollowOptions, "signal" | "onContent">): Promise<void> {
  const attempt = new AbortController();
  const signal = AbortSignal.any([options.signal, attempt.signal]);
  let told = false;
  const watching = (async () => {
    for await (const keyValues of source.watch?.({ signal }) ?? []) {
      told = true;
      options.onContent(keyValues);
    }
  })();
  const catchingUp = (async () => {
    const keyValues = await source.load({ signal });
    // What the watch said meanwhile is newer.
    if (!told && !signal.aborted) options.onContent(keyValues);
  })();
  try {
    await Promise.all([watching, catchingUp]);
  } finally {
    attempt.abort();
    await Promise.allSettled([watching, catchingUp]);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
  } catch {
    // Aborted: the loop sees it.
  }
}
