// Calls, some at a time, and how they ended.
import { setTimeout as delay } from "node:timers/promises";
import { KratosError } from "@kratos-ts/core";
import type { AskOptions, WhoClient } from "../who-client.ts";

export interface LoadOptions {
  readonly clients: readonly WhoClient[];
  /** How many calls at a time of each client. Default 12. */
  readonly lanes?: number;
  /** How long a lane waits after each call, in ms. Default 0. */
  readonly thinkMs?: number;
  readonly random: () => number;
  readonly onReply?: (reply: Awaited<ReturnType<WhoClient["reply"]>>) => void;
}

interface Sample {
  readonly at: number;
  readonly ms: number;
}

// Longer than anything here takes; what hangs is to be counted, not waited for.
const timeoutMs = 2000;

export class Load implements AsyncDisposable {
  readonly #options: LoadOptions;
  readonly #lanes: readonly Promise<void>[];
  readonly #samples: Sample[] = [];
  readonly #waiting = new Set<() => void>();
  readonly reasons = new Map<string, number>();
  sent = 0;
  failed = 0;
  #stopped = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    const { clients, lanes = 12 } = options;
    this.#lanes = clients.flatMap((client) => Array.from({ length: lanes }, () => this.#lane(client)));
  }

  /** Resolves when so many calls have ended. */
  async reached(count: number): Promise<void> {
    while (this.sent < count)
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
  }

  /** The 99th percentile of how long the calls took that ended in that time, in ms. */
  p99(from: number, to: number): number {
    const times = this.#samples.filter(({ at }) => at >= from && at < to).map(({ ms }) => ms);
    times.sort((a, b) => a - b);
    return times[Math.min(Math.floor(times.length * 0.99), times.length - 1)] ?? Number.POSITIVE_INFINITY;
  }

  /** Resolves when the calls under way have ended. */
  async end(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#lanes);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  async #lane(client: WhoClient): Promise<void> {
    const { random, onReply, thinkMs = 0 } = this.#options;
    while (!this.#stopped) {
      const startedAt = performance.now();
      try {
        const reply = await client.reply(askedWith(random));
        onReply?.(reply);
      } catch (error) {
        this.failed++;
        const reason = reasonOf(error);
        this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
      }
      const at = performance.now();
      this.#samples.push({ at, ms: at - startedAt });
      this.sent++;
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
      if (thinkMs > 0) await delay(thinkMs);
    }
  }
}

/** One in eight takes a while, so that each instance has something under way at any time. */
function askedWith(random: () => number): AskOptions {
  return random() < 1 / 8 ? { delayMs: 1 + Math.floor(random() * 5), timeoutMs } : { timeoutMs };
}

/** What errors of one kind have in common: without addresses and times. */
function reasonOf(error: unknown): string {
  const { code, reason, message } = KratosError.from(error);
  const text = message.replaceAll(/[\w.-]+:\d+/g, "ADDRESS").replaceAll(/\d+/g, "N");
  return `${code} ${reason} ${text}`.replaceAll(/ +/g, " ");
}
