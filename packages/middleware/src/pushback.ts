import type { HeaderList, Transporter } from "@kratos-ts/core";

/**
 * What the server said about calling again: in how many ms; never, as Infinity; undefined when it said nothing. From
 * `grpc-retry-pushback-ms` (gRFC A6) and `retry-after` (RFC 9110 §10.2.3), whatever the transport, in headers or trailers.
 */
export function pushbackOf(transport: Transporter | undefined, now: () => number): number | undefined {
  if (transport === undefined) return undefined;
  const pushback = find(transport, "grpc-retry-pushback-ms");
  if (pushback !== undefined) return /^\d{1,9}$/.test(pushback) ? Number(pushback) : Number.POSITIVE_INFINITY;
  const after = find(transport, "retry-after");
  return after === undefined ? undefined : retryAfter(after, now);
}

/** Seconds or a date; one that makes no sense is none. */
function retryAfter(value: string, now: () => number): number | undefined {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.max(time - now(), 0);
}

function find({ replyHeader, replyTrailer }: Transporter, name: string): string | undefined {
  return first(replyTrailer, name) ?? first(replyHeader, name);
}

function first(headers: HeaderList, name: string): string | undefined {
  return headers.getAll(name)[0];
}
