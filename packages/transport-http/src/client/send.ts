import type { Message } from "@bufbuild/protobuf";
import { CallContext, type Context } from "@kratos-ts/core";
import type { CalledServer } from "./called-server.ts";
import type { ClientTransporter } from "./client-transporter.ts";
import { encodeRequest } from "./encode-request.ts";
import type { Exchange, Sending } from "./exchange.ts";
import { messageOf } from "./method-plan.ts";
import type { EncodedRequest } from "./method-request.ts";
import { learnReading, learnRefusal } from "./refusal.ts";
import type { ErrorDecoder } from "./reply-error.ts";

export interface SendOptions<Server extends CalledServer> {
  readonly peer: Server;
  readonly transporter: ClientTransporter;
  readonly context: Context;
  readonly decodeError: ErrorDecoder;
  /** Prepares a request; may throw a KratosError. */
  readonly exchange: (request: EncodedRequest, sending: Sending<Server>) => Exchange;
}

// Servers of both kinds behind one address could each refuse what the other reads.
const maxRefusals = 2;

/** Sends a request (a message, or an init of one) to a server and reads its reply. */
export async function send<Server extends CalledServer>(req: unknown, options: SendOptions<Server>): Promise<Message> {
  const { peer, transporter } = options;
  const message = messageOf(transporter.plan.method.input, req);
  let refused = 0;
  let isRepeated = false;
  while (true) {
    const request = encodeRequest(message, options);
    const { dialect } = request;
    const exchange = options.exchange(request, { peer, transporter, isRepeated });
    const unfollow = start(exchange, options);
    try {
      await exchange.replied;
      const read = exchange.readBody();
      const reply = decode(exchange, read instanceof Promise ? await read : read, options);
      if (dialect !== undefined) learnReading(dialect, peer);
      return reply;
    } catch (error) {
      if (dialect !== undefined && refused < maxRefusals && learnRefusal(error, dialect, peer)) refused++;
      else if (!isRepeated && mayRepeat(exchange, transporter)) isRepeated = true;
      else throw error;
    } finally {
      unfollow?.();
    }
  }
}

// RFC 9110 §9.2.2.
const idempotent = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]);

function mayRepeat({ again }: Exchange, { plan }: ClientTransporter): boolean {
  return again === "always" || (again === "idempotent" && idempotent.has(plan.verb));
}

type StartOptions = Pick<SendOptions<CalledServer>, "transporter" | "context">;

/** Gives what ends the watch over the context, where that does not end by itself. */
function start(exchange: Exchange, { transporter, context }: StartOptions): (() => void) | undefined {
  const unfollow = follow(context, transporter, exchange);
  transporter.exchange = exchange;
  exchange.send();
  return unfollow;
}

type DecodeOptions = Pick<SendOptions<CalledServer>, "transporter" | "decodeError">;

function decode(exchange: Exchange, body: Uint8Array, { transporter, decodeError }: DecodeOptions): Message {
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
