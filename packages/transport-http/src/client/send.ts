import type { Message } from "@bufbuild/protobuf";
import { CallContext, type Context, KratosError } from "@kratos-ts/core";
import type { ClientTransporter } from "./client-transporter.ts";
import { decompress } from "./compression.ts";
import { isIdleRace } from "./connection-error.ts";
import { Exchange } from "./exchange.ts";
import type { EncodedRequest } from "./method-request.ts";
import type { Peer } from "./peers.ts";
import { learnReading, learnRefusal } from "./refusal.ts";
import type { ErrorDecoder } from "./reply-error.ts";
import { requestHeaders } from "./request-headers.ts";

export interface SendOptions {
  readonly peer: Peer;
  readonly transporter: ClientTransporter;
  readonly context: Context;
  readonly decodeError: ErrorDecoder;
}

// Servers of both kinds behind one address could each refuse what the other reads.
const maxRefusals = 2;

/** Sends a request to a server and reads its reply. What it throws is a KratosError. */
export async function send(message: Message, options: SendOptions): Promise<Message> {
  const { peer, transporter } = options;
  const { plan } = transporter;
  let refused = 0;
  let repeated = false;
  while (true) {
    const { path, contentType, body, dialect } = encode(message, options);
    const headers = requestHeaders(plan.headers(contentType), transporter.ownHeader);
    const exchange = new Exchange(peer, { method: plan.binding.verb, path: peer.basePath + path, headers, body });
    try {
      const reply = await roundTrip(exchange, options);
      if (dialect !== undefined) learnReading(dialect, peer);
      return reply;
    } catch (error) {
      if (dialect !== undefined && refused < maxRefusals && learnRefusal(error, dialect, peer)) refused++;
      else if (!repeated && wasIdleRace(exchange)) repeated = true;
      else throw error;
    }
  }
}

function encode(message: Message, { peer, transporter }: SendOptions): EncodedRequest {
  try {
    return transporter.plan.encode(message, peer);
  } catch (error) {
    if (error instanceof KratosError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new KratosError({
      code: 400,
      reason: "CODEC",
      message: `the request can't be written: ${why}`,
      cause: error,
    });
  }
}

async function roundTrip(exchange: Exchange, options: SendOptions): Promise<Message> {
  const { peer, transporter, context } = options;
  if (peer.pending >= peer.maxPending) throw tooManyCalls(peer);
  const unfollow = follow(context, transporter, exchange);
  transporter.exchange = exchange;
  exchange.send();
  try {
    await exchange.replied;
  } finally {
    unfollow?.();
  }
  return readReply(exchange, options);
}

function readReply(exchange: Exchange, options: SendOptions): Message | Promise<Message> {
  const encoding = exchange.replyHeaderValue("content-encoding");
  const body = exchange.replyBody;
  if (encoding === undefined || body.length === 0 || encoding === "identity") return decode(exchange, body, options);
  const { maxBodyBytes } = options.peer;
  return decompress(body, encoding.toLowerCase(), maxBodyBytes).then((whole) => decode(exchange, whole, options));
}

function decode(exchange: Exchange, body: Uint8Array, { transporter, decodeError }: SendOptions): Message {
  const { status } = exchange;
  const contentType = exchange.replyHeaderValue("content-type");
  if (status >= 200 && status <= 299) return transporter.plan.decodeReply(body, contentType);
  throw decodeError({ status, contentType, body, location: exchange.replyHeaderValue("location") });
}

/** Aborts the exchange when `context` is cancelled; gives what ends that, where it does not end by itself. */
function follow(context: Context, { context: own }: ClientTransporter, exchange: Exchange): (() => void) | undefined {
  own.watch(exchange);
  const { call } = context as { call?: unknown };
  if (call === own) return undefined;
  // A middleware went on with a context of its own, such as one with a shorter deadline.
  if (call instanceof CallContext) {
    const abort = (reason: unknown): void => exchange.abort(reason);
    call.onCancel(abort);
    return () => call.offCancel(abort);
  }
  const { signal } = context;
  const onAbort = (): void => exchange.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}

function wasIdleRace({ failure, method, status, peer }: Exchange): boolean {
  return failure !== undefined && isIdleRace(failure, { method, status, peerHasReplied: peer.replied });
}

function tooManyCalls({ name, maxQueuedCalls }: Peer): KratosError {
  const message = `${maxQueuedCalls} calls wait for a connection to ${name} already (maxQueuedCalls)`;
  return new KratosError({ code: 429, message });
}
