// The server's side of gRPC's interoperability tests.
import { setTimeout as delay } from "node:timers/promises";
import { ConnectError } from "@connectrpc/connect";
import type { Service, ServiceContext } from "@kratos-ts/core";
import type { EchoStatus, StreamingOutputCallRequest, TestService } from "../gen/grpc/testing/test_pb.ts";
import { initialKey, trailingKey } from "./metadata-keys.ts";

/** Without `unimplementedCall`, which no server has. */
export const testService = {
  emptyCall() {
    return {};
  },

  unaryCall({ responseSize, responseStatus }, ctx) {
    echoMetadata(ctx);
    throwStatus(responseStatus);
    return { payload: payload(responseSize) };
  },

  async *streamingOutputCall(request) {
    yield* outputs(request);
  },

  async streamingInputCall(requests) {
    let aggregatedPayloadSize = 0;
    for await (const request of requests) aggregatedPayloadSize += request.payload?.body.length ?? 0;
    return { aggregatedPayloadSize };
  },

  async *fullDuplexCall(requests, ctx) {
    echoMetadata(ctx);
    for await (const request of requests) {
      throwStatus(request.responseStatus);
      yield* outputs(request);
    }
  },

  async *halfDuplexCall(requests) {
    const received: StreamingOutputCallRequest[] = [];
    for await (const request of requests) received.push(request);
    for (const request of received) yield* outputs(request);
  },
} satisfies Partial<Service<typeof TestService>>;

async function* outputs(request: StreamingOutputCallRequest) {
  for (const { size, intervalUs } of request.responseParameters) {
    if (intervalUs > 0) await delay(intervalUs / 1000);
    yield { payload: payload(size) };
  }
}

function echoMetadata({ requestHeader, responseHeader, responseTrailer }: ServiceContext): void {
  const initial = requestHeader.get(initialKey);
  if (initial !== null) responseHeader.set(initialKey, initial);
  const trailing = requestHeader.get(trailingKey);
  if (trailing !== null) responseTrailer.set(trailingKey, trailing);
}

function throwStatus(status: EchoStatus | undefined): void {
  if (status !== undefined && status.code !== 0) throw new ConnectError(status.message, status.code);
}

function payload(size: number) {
  return { body: new Uint8Array(size) };
}
