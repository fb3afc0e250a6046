import { KratosError } from "@kratos-ts/core";

/** What a handler, or a middleware, gave as replies. Throws a KratosError 500 when it is no AsyncIterable. */
export function mustStream(reply: unknown, operation: string): AsyncIterable<unknown> {
  const stream = reply as AsyncIterable<unknown> | null | undefined;
  if (typeof stream?.[Symbol.asyncIterator] === "function") return stream;
  throw new KratosError({ message: `${operation} gave ${reply} for a reply, not an AsyncIterable` });
}
