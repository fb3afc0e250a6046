import type { IncomingMessage, ServerResponse } from "node:http";
import { KratosError } from "@kratos-ts/core";

/** A connect-style middleware, such as those of `cors`, `helmet` and `compression`. */
export type Filter = (
  // biome-ignore lint/suspicious/noExplicitAny: express's own types of the same objects differ.
  request: IncomingMessage & any,
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  response: ServerResponse & any,
  next: (error?: unknown) => void,
) => unknown;

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface FilterEnds {
  /** Runs when every filter has passed the request on. */
  readonly last: Listener;
  /** Runs when a filter failed. */
  readonly failed: (request: IncomingMessage, response: ServerResponse, error: KratosError) => void;
}

/** One listener of several filters. */
export function composeFilters(filters: readonly Filter[], { last, failed }: FilterEnds): Listener {
  if (filters.length === 0) return last;
  return (request, response) => {
    step(0);

    function step(index: number): void {
      const filter = filters[index];
      if (filter === undefined) {
        last(request, response);
        return;
      }
      let passed = false;
      const next = (error?: unknown): void => {
        if (passed) return;
        passed = true;
        if (error === undefined || error === null) step(index + 1);
        else failed(request, response, errorOf(error));
      };
      try {
        const result = filter(request, response, next);
        if (result instanceof Promise) result.catch((error: unknown) => next(error ?? new Error("a filter failed")));
      } catch (error) {
        next(error ?? new Error("a filter failed"));
      }
    }
  };
}

// Connect's filters say the status of an error in `status` or `statusCode`.
function errorOf(thrown: unknown): KratosError {
  const found = KratosError.find(thrown);
  if (found !== undefined) return found;
  const { status, statusCode, message } = thrown as { status?: unknown; statusCode?: unknown; message?: unknown };
  const code = [status, statusCode].find((each) => typeof each === "number" && each >= 400 && each <= 599);
  if (code === undefined) return KratosError.from(thrown);
  return new KratosError({ code: code as number, message: String(message ?? ""), cause: thrown });
}
