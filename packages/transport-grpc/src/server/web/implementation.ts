import type { DescMethod } from "@bufbuild/protobuf";
import type { HandlerContext, MethodImpl } from "@connectrpc/connect";
import { type HeaderList, KratosError } from "@kratos-ts/core";
import { isAsyncIterable, type Route } from "../route.ts";
import { failureOf, refusalOf } from "./connect-error.ts";
import { type WebCall, webCallKey } from "./web-call.ts";
import { addMetadata } from "./web-transporter.ts";

type Messages = AsyncIterable<unknown>;

/** A route as Connect calls it: the same middleware and implementation, with the context of the call. */
export function implementationOf({ method, handler }: Route): MethodImpl<DescMethod> {
  const run = (request: unknown, call: WebCall): Promise<unknown> =>
    call.replying.wait(
      handler(call.route.streams && isAsyncIterable(request) ? requestsOf(call, request) : request, call.ctx),
    );
  const single = async (request: unknown, connect: HandlerContext): Promise<unknown> => {
    const call = callOf(connect);
    try {
      const reply = await run(request, call);
      sendHeader(connect, call);
      return reply;
    } catch (error) {
      sendHeader(connect, call);
      throw errorOf(call, error);
    } finally {
      addMetadata(connect.responseTrailer, call.transporter.replyTrailer);
    }
  };
  async function* stream(request: unknown, connect: HandlerContext): Messages {
    const call = callOf(connect);
    call.touch();
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      sendHeader(connect, call);
    };
    try {
      const replies = await run(request, call);
      if (!isAsyncIterable(replies)) throw new TypeError(`${call.route.operation} did not return an AsyncIterable`);
      for await (const reply of call.replying.each(replies)) {
        begin();
        call.touch();
        yield reply;
      }
    } catch (error) {
      throw errorOf(call, error);
    } finally {
      begin();
      addMetadata(connect.responseTrailer, call.transporter.replyTrailer);
    }
  }
  const streamsReplies = method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
  return (streamsReplies ? stream : single) as unknown as MethodImpl<DescMethod>;
}

function callOf(connect: HandlerContext): WebCall {
  return connect.values.get(webCallKey) as WebCall;
}

/** The requests of a stream; one that can't be read ends the call, whatever the handler makes of it. */
async function* requestsOf(call: WebCall, requests: Messages): Messages {
  try {
    for await (const request of requests) {
      call.touch();
      yield request;
    }
  } catch (thrown) {
    const error = KratosError.from(thrown);
    call.ctx.cancel(error);
    throw error;
  }
}

function errorOf({ ctx }: WebCall, thrown: unknown): Error {
  return ctx.cancelled ? refusalOf(KratosError.from(ctx.reason)) : failureOf(thrown);
}

function sendHeader(connect: HandlerContext, { transporter }: WebCall): void {
  const list: HeaderList = transporter.replyHeader;
  addMetadata(connect.responseHeader, list);
}
