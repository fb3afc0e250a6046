// The client's side of gRPC's interoperability tests: the standard cases, each throws when it does not hold.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type Client, createClient, decodeBinaryHeader, encodeBinaryHeader, type Transport } from "@connectrpc/connect";
import { GrpcCode, grpcCodeOf, KratosError } from "@kratos-ts/core";
import { GrpcStatusError } from "@kratos-ts/transport-grpc";
import { type TestService, UnimplementedService } from "../gen/grpc/testing/test_pb.ts";
import { initialKey, trailingKey } from "./metadata-keys.ts";

type Case = (client: Client<typeof TestService>, transport: Transport) => Promise<void>;

// The sizes are those of the descriptions.
const requestSizes = [27182, 8, 1828, 45904];
const replySizes = [31415, 9, 2653, 58979];

/** By the names of https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md */
export const cases = {
  async empty_unary(client) {
    const { $typeName, ...fields } = await client.emptyCall({});
    assert.deepEqual(fields, {});
  },

  async large_unary(client) {
    const reply = await client.unaryCall({ responseSize: 314159, payload: payload(271828) });
    assert.deepEqual(reply.payload?.body, new Uint8Array(314159));
  },

  async client_streaming(client) {
    const reply = await client.streamingInputCall(each(requestSizes.map((size) => ({ payload: payload(size) }))));
    assert.equal(reply.aggregatedPayloadSize, 74922);
  },

  async server_streaming(client) {
    const replies = client.streamingOutputCall({ responseParameters: replySizes.map((size) => ({ size })) });
    assert.deepEqual(await sizesOf(replies), replySizes);
  },

  async ping_pong(client) {
    let next = Promise.withResolvers<void>();
    const requests = async function* () {
      for (const [index, size] of requestSizes.entries()) {
        yield { responseParameters: [{ size: replySizes[index]! }], payload: payload(size) };
        await next.promise;
        next = Promise.withResolvers();
      }
    };
    const sizes: number[] = [];
    for await (const reply of client.fullDuplexCall(requests())) {
      sizes.push(reply.payload?.body.length ?? 0);
      next.resolve();
    }
    assert.deepEqual(sizes, replySizes);
  },

  async empty_stream(client) {
    assert.deepEqual(await sizesOf(client.fullDuplexCall(each([]))), []);
  },

  async timeout_on_sleeping_server(client) {
    const requests = async function* () {
      yield { payload: payload(27182) };
      await delay(1000);
    };
    await fails(GrpcCode.DEADLINE_EXCEEDED, () => sizesOf(client.fullDuplexCall(requests(), { timeoutMs: 1 })));
  },

  async cancel_after_begin(client) {
    const abort = new AbortController();
    const begun = async function* () {
      abort.abort();
      await delay(1000);
      yield {};
    };
    await fails(GrpcCode.CANCELLED, () => client.streamingInputCall(begun(), { signal: abort.signal }));
  },

  async cancel_after_first_response(client) {
    const abort = new AbortController();
    const ended = Promise.withResolvers<void>();
    const requests = async function* () {
      yield { responseParameters: [{ size: 31415 }], payload: payload(27182) };
      await ended.promise;
    };
    await fails(GrpcCode.CANCELLED, async () => {
      for await (const _ of client.fullDuplexCall(requests(), { signal: abort.signal })) abort.abort();
    }).finally(ended.resolve);
  },

  async status_code_and_message(client) {
    const responseStatus = { code: GrpcCode.UNKNOWN, message: "test status message" };
    const unary = await fails(GrpcCode.UNKNOWN, () => client.unaryCall({ responseStatus }));
    assert.equal(unary.message, responseStatus.message);
    const stream = await fails(GrpcCode.UNKNOWN, () => sizesOf(client.fullDuplexCall(each([{ responseStatus }]))));
    assert.equal(stream.message, responseStatus.message);
  },

  async special_status_message(client) {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    const responseStatus = { code: GrpcCode.UNKNOWN, message };
    const error = await fails(GrpcCode.UNKNOWN, () => client.unaryCall({ responseStatus }));
    assert.equal(error.message, message);
  },

  async custom_metadata(client) {
    const value = new Uint8Array([0xab, 0xab, 0xab]);
    const sent = { [initialKey]: "test_initial_metadata_value", [trailingKey]: encodeBinaryHeader(value) };
    const seen: Headers[] = [];
    const options = {
      headers: sent,
      onHeader: (headers: Headers) => seen.push(headers),
      onTrailer: (trailers: Headers) => seen.push(trailers),
    };
    await client.unaryCall({ responseSize: 314159, payload: payload(271828) }, options);
    const request = { responseParameters: [{ size: 314159 }], payload: payload(271828) };
    await sizesOf(client.fullDuplexCall(each([request]), options));
    assert.equal(seen.length, 4);
    for (const headers of [seen[0]!, seen[2]!]) assert.equal(headers.get(initialKey), sent[initialKey]);
    for (const trailers of [seen[1]!, seen[3]!])
      assert.deepEqual(decodeBinaryHeader(trailers.get(trailingKey) ?? ""), value);
  },

  async unimplemented_method(client) {
    await fails(GrpcCode.UNIMPLEMENTED, () => client.unimplementedCall({}));
  },

  async unimplemented_service(_client, transport) {
    const client = createClient(UnimplementedService, transport);
    await fails(GrpcCode.UNIMPLEMENTED, () => client.unimplementedCall({}));
  },
} satisfies Readonly<Record<string, Case>>;

function payload(size: number) {
  return { body: new Uint8Array(size) };
}

async function* each<T>(messages: readonly T[]): AsyncGenerator<T> {
  yield* messages;
}

async function sizesOf(replies: AsyncIterable<{ payload?: { body: Uint8Array } | undefined }>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const { payload } of replies) sizes.push(payload?.body.length ?? 0);
  return sizes;
}

async function fails(code: number, call: () => Promise<unknown>): Promise<KratosError> {
  try {
    await call();
  } catch (error) {
    assert(error instanceof KratosError);
    const found = error.cause instanceof GrpcStatusError ? error.cause.code : grpcCodeOf(error.code);
    assert.equal(found, code, error.message);
    return error;
  }
  throw new Error(`the call went well, it was to fail with gRPC code ${code}`);
}
