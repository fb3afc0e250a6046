import { type CallInfo, type Context, type Counter, now as clock, KratosError, type Meter } from "@kratos-ts/core";
import { type BackoffOptions, createBackoff } from "./backoff.ts";
import { callCounter } from "./call-counter.ts";
import { pushbackOf } from "./pushback.ts";
import { RetryBudget, type RetryBudgetOptions } from "./retry-budget.ts";
import { type SetTimer, setTimer, wait } from "./timer.ts";

/** What is known of a call that failed. */
export interface FailedAttempt {
  readonly info: CallInfo;
  /** The attempt ran into `attemptTimeoutMs`, and not into the deadline of the call. */
  readonly timedOut: boolean;
  /** In how many ms the server wants to be called again; undefined when it did not say. */
  readonly pushbackMs: number | undefined;
}

export interface RetryOptions {
  /** How often a call is made at most, the first time included. Default 3. */
  attempts?: number | undefined;
  /** Which methods may be called again. Default: those whose `idempotency_level` is NO_SIDE_EFFECTS or IDEMPOTENT. */
  methods?: ((info: CallInfo) => boolean) | undefined;
  /**
   * Which errors are worth another attempt. Default: 502; 503 but not `CIRCUITBREAKER`; 429 when the server said when to
   * call again; attempts that ran into `attemptTimeoutMs`.
   */
  isRetryable?: ((error: KratosError, attempt: FailedAttempt) => boolean) | undefined;
  /** The limit of each attempt of a unary call in ms; the call's deadline holds for all together. 0: none. Default 0. */
  attemptTimeoutMs?: number | undefined;
  /** The waits between attempts. */
  backoff?: BackoffOptions | undefined;
  /** How much load retries may add; false: any. All calls of one `retry()` share it. */
  budget?: RetryBudgetOptions | false | undefined;
  /** A server that wants to be left alone for longer than this, in ms, is not called again. Default 10 000. */
  maxPushbackMs?: number | undefined;
  /**
   * Unary calls that have no reply after so many ms are made once more beside, up to `attempts` at a time; the first
   * good reply is taken, and the others are cancelled. 0: never. Default 0.
   */
  hedgeAfterMs?: number | undefined;
  /**
   * Counts by `kind` and `operation`: attempts beyond the first in `requests_retried_total`, those that the budget
   * refused in `retries_over_budget_total`. Default none.
   */
  meter?: Meter | undefined;
  /** The time in ms. Default: core's `now`. */
  now?: (() => number) | undefined;
  /** A number from 0 up to 1, for the jitter. Default `Math.random`. */
  random?: (() => number) | undefined;
  /** Calls back in so many ms, and gives what prevents it. Default: `setTimeout`. */
  setTimer?: SetTimer | undefined;
}

interface Failed {
  /** The number of attempts so far. */
  readonly attempt: number;
  readonly timedOut: boolean;
  readonly ctx: Context;
}

/** Decides for one method whether and when a call is made again. */
export interface RetryPolicy {
  readonly info: CallInfo;
  readonly attempts: number;
  readonly attemptTimeoutMs: number;
  readonly hedgeAfterMs: number;
  readonly timer: SetTimer;
  /** A call begins. */
  begin(): void;
  /** Whether the error is worth another attempt, be there time for one or not. */
  isRetryable(thrown: unknown, failed: Failed): boolean;
  /** In how many ms to call again; undefined: not at all. */
  delay(thrown: unknown, failed: Failed): number | undefined;
  /** Whether the budget has room for one attempt more, which is then taken. */
  spend(): boolean;
  /** Waits; rejects when the call is cancelled. */
  wait(ms: number, ctx: Context): Promise<void>;
}

/** What makes the policies of the methods, which share a budget. */
export function retryPolicies(options: RetryOptions): (info: CallInfo) => RetryPolicy {
  const { attempts = 3, attemptTimeoutMs = 0, hedgeAfterMs = 0, maxPushbackMs = 10_000, now = clock } = options;
  if (!(Number.isInteger(attempts) && attempts >= 1))
    throw new RangeError(`retry(): attempts is ${attempts}, but has to be a whole number from 1`);
  const { isRetryable = worthAnother, setTimer: timer = setTimer, random = Math.random } = options;
  const backoff = createBackoff(options.backoff ?? {}, random);
  const budget = options.budget === false ? undefined : new RetryBudget(options.budget ?? {}, now);
  const counters = countersOf(options.meter);
  return (info) => {
    const { retried, overBudget } = counters(info);
    const retryable = (thrown: unknown, timedOut: boolean, pushbackMs: number | undefined): boolean =>
      isRetryable(KratosError.from(thrown), { info, timedOut, pushbackMs });
    return {
      info,
      attempts,
      attemptTimeoutMs,
      hedgeAfterMs,
      timer,
      begin: () => budget?.deposit(),
      isRetryable: (thrown, { timedOut, ctx }) => retryable(thrown, timedOut, pushbackOf(ctx.transport, now)),
      delay(thrown, { attempt, timedOut, ctx }) {
        if (attempt >= attempts) return undefined;
        const pushbackMs = pushbackOf(ctx.transport, now);
        if (!retryable(thrown, timedOut, pushbackMs)) return undefined;
        if (pushbackMs !== undefined && pushbackMs > maxPushbackMs) return undefined;
        const delayMs = pushbackMs ?? backoff(attempt);
        const leftMs = ctx.timeoutMs();
        return leftMs !== undefined && delayMs >= leftMs ? undefined : delayMs;
      },
      spend() {
        const allowed = budget?.withdraw() ?? true;
        (allowed ? retried : overBudget)?.add();
        return allowed;
      },
      wait: (ms, ctx) => wait(ms, ctx, timer),
    };
  };
}

function worthAnother({ code, reason }: KratosError, { timedOut, pushbackMs }: FailedAttempt): boolean {
  if (timedOut || code === 502) return true;
  // A breaker has just said that it is not worth it.
  if (code === 503) return reason !== "CIRCUITBREAKER";
  return code === 429 && pushbackMs !== undefined;
}

function countersOf(meter: Meter | undefined) {
  const retried = callCounter(meter, { name: "requests_retried_total", help: "Attempts of calls beyond the first." });
  const overBudget = callCounter(meter, {
    name: "retries_over_budget_total",
    help: "Attempts that were not made since the retry budget was spent.",
  });
  return (info: CallInfo): { retried: Counter | undefined; overBudget: Counter | undefined } => ({
    retried: retried(info),
    overBudget: overBudget(info),
  });
}
