import type { CallInfo, Context, Handler, Middleware } from "@kratos-ts/core";
import { hedge } from "./hedge.ts";
import { beforeEnd, limited, ranOut } from "./limited-call.ts";
import { streamsReplies, streamsRequests } from "./method-kind.ts";
import { onSide } from "./on-side.ts";
import { type RetryOptions, type RetryPolicy, retryPolicies } from "./retry-policy.ts";

export type { BackoffOptions } from "./backoff.ts";
export type { RetryBudgetOptions } from "./retry-budget.ts";
export type { FailedAttempt, RetryOptions } from "./retry-policy.ts";
export type { SetTimer } from "./timer.ts";

/**
 * Makes client calls again that failed for a while only. It never does so for methods that are not idempotent, after a
 * reply has begun, beyond the call's deadline, against a server's wish (`retry-after`, `grpc-retry-pushback-ms`), with
 * requests that stream once any of them was read, or when its budget is spent. What it gives up with is the error of the
 * last attempt.
 *
 * Put it around what is to run for each attempt (circuit breaker, tracing), and within what is to see the call as one.
 */
export function retry(options: RetryOptions = {}): Middleware {
  const { methods = isIdempotent } = options;
  const policyOf = retryPolicies(options);
  return onSide("client", (next, info) => {
    if (!methods(info)) return next;
    const policy = policyOf(info);
    if (streamsReplies(info) || streamsRequests(info)) return retryStream(next, policy);
    return policy.hedgeAfterMs > 0 ? hedge(next, policy) : retryUnary(next, policy);
  });
}

/** By the option `idempotency_level` of the method. */
export function isIdempotent({ method }: CallInfo): boolean {
  // NO_SIDE_EFFECTS and IDEMPOTENT of google.protobuf.MethodOptions.IdempotencyLevel.
  return method?.idempotency === 1 || method?.idempotency === 2;
}

function retryUnary(next: Handler, policy: RetryPolicy): Handler {
  return async (req, ctx) => {
    policy.begin();
    for (let attempt = 1; ; attempt++) {
      const limit = policy.attemptTimeoutMs > 0 ? limited(ctx, policy.attemptTimeoutMs) : undefined;
      try {
        return await (limit === undefined ? next(req, ctx) : beforeEnd(next(req, limit), limit));
      } catch (thrown) {
        await pause(thrown, { policy, attempt, ctx, timedOut: limit !== undefined && ranOut(limit) });
      } finally {
        limit?.end();
      }
    }
  };
}

/** Up to the first message of the reply. */
function retryStream(next: Handler, policy: RetryPolicy): Handler {
  const streams = streamsReplies(policy.info);
  return async (req, ctx) => {
    policy.begin();
    const request = streamsRequests(policy.info) ? readOnce(req) : { stream: req, begun: () => false };
    let attempt = 0;
    const open = async (): Promise<unknown> => {
      for (;;) {
        attempt++;
        try {
          return await next(request.stream, ctx);
        } catch (thrown) {
          if (request.begun()) throw thrown;
          await pause(thrown, { policy, attempt, ctx });
        }
      }
    };
    const reply = await open();
    if (!streams) return reply;
    return reopening(reply as AsyncIterable<unknown>, async (thrown) => {
      if (request.begun()) throw thrown;
      await pause(thrown, { policy, attempt, ctx });
      return (await open()) as AsyncIterable<unknown>;
    });
  };
}

interface Pause {
  readonly policy: RetryPolicy;
  readonly attempt: number;
  readonly ctx: Context;
  readonly timedOut?: boolean;
}

/** Waits until the call can be made again; throws what was thrown when that is never. */
async function pause(thrown: unknown, { policy, attempt, ctx, timedOut = false }: Pause): Promise<void> {
  const delayMs = policy.delay(thrown, { attempt, timedOut, ctx });
  if (delayMs === undefined || !policy.spend()) throw thrown;
  await policy.wait(delayMs, ctx);
}

type Reopen = (thrown: unknown) => Promise<AsyncIterable<unknown>>;

/** The stream, or while it fails before its first message the one that `reopen` gives. */
function reopening(stream: AsyncIterable<unknown>, reopen: Reopen): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      let iterator = stream[Symbol.asyncIterator]();
      let begun = false;
      return {
        async next() {
          for (;;) {
            try {
              const result = await iterator.next();
              begun = true;
              return result;
            } catch (thrown) {
              if (begun) throw thrown;
              iterator = (await reopen(thrown))[Symbol.asyncIterator]();
            }
          }
        },
        async return(value) {
          return (await iterator.return?.(value)) ?? { done: true, value };
        },
      };
    },
  };
}

/** A stream of requests, with whether somebody began to read it: what was read can't be sent again. */
function readOnce(stream: AsyncIterable<unknown>): { stream: AsyncIterable<unknown>; begun: () => boolean } {
  let begun = false;
  return {
    stream: {
      [Symbol.asyncIterator]() {
        begun = true;
        return stream[Symbol.asyncIterator]();
      },
    },
    begun: () => begun,
  };
}
