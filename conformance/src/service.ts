// The service of the Connect conformance suite, as its documentation asks: it does what each request tells it to.
import { setTimeout as delay } from "node:timers/promises";
import { create, type DescMessage, type Message, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { Service, ServiceContext } from "@kratos-ts/core";
import {
  BidiStreamRequestSchema,
  ClientStreamRequestSchema,
  type ConformancePayload_RequestInfo,
  ConformancePayload_RequestInfoSchema,
  ConformancePayloadSchema,
  type ConformanceService,
  IdempotentUnaryRequestSchema,
  ServerStreamRequestSchema,
  type StreamResponseDefinition,
  UnaryRequestSchema,
  type UnaryResponseDefinition,
} from "./gen/connectrpc/conformance/v1/service_pb.ts";
import { appendHeaders, errorToThrow, headerMessages, packed } from "./wire-values.ts";

/** Without `unimplemented`, which the suite expects to be missing. */
export const conformanceService = {
  async unary(request, ctx) {
    return unaryReply(request.responseDefinition, requestInfo(ctx, [pack(UnaryRequestSchema, request)]), ctx);
  },

  async idempotentUnary(request, ctx) {
    return unaryReply(request.responseDefinition, requestInfo(ctx, [pack(IdempotentUnaryRequestSchema, request)]), ctx);
  },

  async clientStream(requests, ctx) {
    const received: Any[] = [];
    let definition: UnaryResponseDefinition | undefined;
    for await (const request of requests) {
      definition ??= request.responseDefinition;
      received.push(pack(ClientStreamRequestSchema, request));
    }
    return unaryReply(definition, requestInfo(ctx, received), ctx);
  },

  async *serverStream(request, ctx) {
    const info = requestInfo(ctx, [pack(ServerStreamRequestSchema, request)]);
    yield* streamReplies(request.responseDefinition, { info, ctx });
  },

  async *bidiStream(requests, ctx) {
    let definition: StreamResponseDefinition | undefined;
    let fullDuplex = false;
    let sent = 0;
    const received: Any[] = [];
    for await (const request of requests) {
      if (received.length === 0) {
        definition = request.responseDefinition;
        fullDuplex = request.fullDuplex;
        if (definition !== undefined) setHeaders(definition, ctx);
      }
      received.push(pack(BidiStreamRequestSchema, request));
      if (!fullDuplex) continue;
      if (definition === undefined || sent >= definition.responseData.length) break;
      const info = sent === 0 ? requestInfo(ctx, [...received]) : bareInfo(received.slice(-1));
      await delay(definition.responseDelayMs);
      yield {
        payload: create(ConformancePayloadSchema, { data: definition.responseData[sent++]!, requestInfo: info }),
      };
    }
    yield* streamReplies(definition, { info: requestInfo(ctx, received), ctx, sent });
  },
} satisfies Partial<Service<typeof ConformanceService>>;

async function unaryReply(
  definition: UnaryResponseDefinition | undefined,
  info: ConformancePayload_RequestInfo,
  ctx: ServiceContext,
) {
  if (definition !== undefined) setHeaders(definition, ctx);
  await delay(definition?.responseDelayMs ?? 0);
  const response = definition?.response;
  if (response?.case === "error") throw errorToThrow(response.value, [packInfo(info)]);
  const data = response?.case === "responseData" ? response.value : new Uint8Array();
  return { payload: create(ConformancePayloadSchema, { data, requestInfo: info }) };
}

/** The replies from `sent` on, the first of all with the request's properties; then the error, if there is to be one. */
async function* streamReplies(
  definition: StreamResponseDefinition | undefined,
  options: { info: ConformancePayload_RequestInfo; ctx: ServiceContext; sent?: number },
) {
  const { info, ctx, sent = 0 } = options;
  if (definition === undefined) return;
  if (sent === 0) setHeaders(definition, ctx);
  for (const [index, data] of definition.responseData.entries()) {
    if (index < sent) continue;
    await delay(definition.responseDelayMs);
    yield { payload: create(ConformancePayloadSchema, { data, ...(index === 0 && { requestInfo: info }) }) };
  }
  if (definition.error === undefined) return;
  throw errorToThrow(definition.error, definition.responseData.length + sent === 0 ? [packInfo(info)] : []);
}

function setHeaders(definition: UnaryResponseDefinition | StreamResponseDefinition, ctx: ServiceContext): void {
  for (const { name } of definition.responseHeaders) ctx.responseHeader.delete(name);
  for (const { name } of definition.responseTrailers) ctx.responseTrailer.delete(name);
  appendHeaders(ctx.responseHeader, definition.responseHeaders);
  appendHeaders(ctx.responseTrailer, definition.responseTrailers);
}

function requestInfo(ctx: ServiceContext, requests: Any[]): ConformancePayload_RequestInfo {
  const timeoutMs = ctx.timeoutMs();
  return create(ConformancePayload_RequestInfoSchema, {
    requestHeaders: headerMessages(ctx.requestHeader),
    requests,
    ...(timeoutMs !== undefined && { timeoutMs: BigInt(Math.round(timeoutMs)) }),
    ...(ctx.requestMethod === "GET" && { connectGetInfo: { queryParams: queryParams(ctx.url) } }),
  });
}

function bareInfo(requests: Any[]): ConformancePayload_RequestInfo {
  return create(ConformancePayload_RequestInfoSchema, { requests });
}

function queryParams(url: string) {
  return [...new URL(url, "http://any").searchParams].map(([name, value]) => ({ name, value: [value] }));
}

function packInfo(info: ConformancePayload_RequestInfo): Any {
  return pack(ConformancePayload_RequestInfoSchema, info);
}

function pack<D extends DescMessage>(desc: D, message: MessageShape<D> & Message): Any {
  return packed(desc.typeName, toBinary(desc, message));
}
