import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { operationOf } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { Echo, Faults } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { createInteropServer } from "../../testdata/interop-server.ts";
import { ca, clientCertificate, serverCertificate } from "../../testdata/tls.ts";
import type { GrpcServer } from "./grpc-server.ts";

interface Outcome<O extends DescMessage> {
  readonly error?: ServiceError | null;
  readonly reply?: MessageShape<O> | undefined;
  readonly metadata: Metadata;
  readonly trailer?: Metadata;
}

/** A unary call by grpc-js, which shares no code with this package. */
class Peer implements Disposable {
  readonly #client: Client;

  constructor(server: GrpcServer, options: { tls?: boolean; compress?: boolean } = {}) {
    const { cert, key } = clientCertificate;
    const security = options.tls
      ? credentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert))
      : credentials.createInsecure();
    const gzip = { "grpc.default_compression_algorithm": compressionAlgorithms.gzip };
    const target = server.endpoint().replace(/^grpcs?:\/\/127\.0\.0\.1/, "localhost");
    this.#client = new Client(target, security, options.compress ? gzip : {});
  }

  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    init: MessageInitShape<I>,
    options: { metadata?: Metadata; timeoutMs?: number; cancelAfterMs?: number } = {},
  ): Promise<Outcome<O>> {
    const { metadata = new Metadata(), timeoutMs = 5000 } = options;
    return new Promise((resolve) => {
      let initial = new Metadata();
      let error: ServiceError | null = null;
      let reply: MessageShape<O> | undefined;
      const call = this.#client.makeUnaryRequest(
        operationOf(method),
        (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
        (bytes: Buffer) => fromBinary(method.output, bytes),
        create(method.input, init),
        metadata,
        { deadline: Date.now() + timeoutMs },
        (failed, message) => {
          error = failed;
          reply = message;
        },
      );
      call.on("metadata", (received: Metadata) => {
        initial = received;
      });
      call.on("status", ({ metadata: trailer }) =>
        setImmediate(() => resolve({ error, reply, metadata: initial, trailer })),
      );
      if (options.cancelAfterMs !== undefined) setTimeout(() => call.cancel(), options.cancelAfterMs);
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

async function started(options: Parameters<typeof createInteropServer>[0] = {}): Promise<GrpcServer> {
  const server = createInteropServer(options);
  await server.start();
  return server;
}

describe("grpc-js as the client", () => {
  it("calls, with metadata of both kinds", async () => {
    await using server = await started();
    using peer = new Peer(server);
    const metadata = new Metadata();
    metadata.add("x-a", "1");
    metadata.add("x-a", "2");
    metadata.add("x-raw-bin", Buffer.from([0, 255]));
    const { reply, error } = await peer.call(Echo.method.seen, {}, { metadata });
    expect(error).toBeNull();
    expect(reply?.headers["x-a"]?.values.join()).toMatch(/^1, ?2$|^1,2$/);
    expect(reply?.headers["x-raw-bin"]?.values).toEqual(["AP8="]);
    expect(reply?.hasDeadline).toBe(true);
  });

  it("reads reply metadata, also bytes, with a success and with an error", async () => {
    await using server = await started();
    using peer = new Peer(server);
    const headers = { "x-reply": "h", "x-raw-bin": "AP8" };
    const ok = await peer.call(Echo.method.replyHeaders, { headers });
    expect(ok.metadata.get("x-reply")).toEqual(["h"]);
    expect(ok.metadata.get("x-raw-bin")).toEqual([Buffer.from([0, 255])]);
    const failed = await peer.call(Echo.method.replyHeaders, { headers, fail: true });
    expect(failed.error).toMatchObject({ code: status.INVALID_ARGUMENT, details: "asked to fail" });
    expect(failed.metadata.get("x-reply")).toEqual(["h"]);
  });

  it("reads errors and their details", async () => {
    await using server = await started();
    using peer = new Peer(server);
    const { error } = await peer.call(Faults.method.fail, {
      code: 404,
      reason: "USER_NOT_FOUND",
      message: "no user é 100%",
    });
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: "no user é 100%" });
    expect(error?.metadata.get("grpc-status-details-bin")[0]).toBeInstanceOf(Buffer);
  });

  it("has its deadline and its cancellation heeded", async () => {
    await using server = await started({ timeoutMs: 0 });
    using peer = new Peer(server);
    const late = await peer.call(Echo.method.sleep, { millis: 60_000 }, { timeoutMs: 100 });
    expect(late.error?.code).toBe(status.DEADLINE_EXCEEDED);
    const cancelled = await peer.call(Echo.method.sleep, { millis: 60_000 }, { cancelAfterMs: 50 });
    expect(cancelled.error?.code).toBe(status.CANCELLED);
  });

  it("compresses both ways", async () => {
    await using server = await started();
    using peer = new Peer(server, { compress: true });
    const id = "hello ".repeat(10_000);
    const { reply } = await peer.call(Echo.method.getItem, { id });
    expect(reply?.id).toBe(id);
  });

  it("sends and gets megabytes", async () => {
    await using server = await started();
    using peer = new Peer(server);
    const id = "x".repeat(4 * 1024 * 1024 - 100);
    const { reply } = await peer.call(Echo.method.getItem, { id });
    expect(reply?.id).toHaveLength(id.length);
  });

  it("speaks mutual TLS", async () => {
    await using server = await started({ tls: { ...serverCertificate, ca, requestCert: true } });
    using peer = new Peer(server, { tls: true });
    const { reply } = await peer.call(Echo.method.getItem, { id: "7" });
    expect(reply?.id).toBe("7");
  });

  it("hears UNIMPLEMENTED", async () => {
    await using server = await started();
    using peer = new Peer(server);
    const { error } = await peer.call(Echo.method.listItems, {});
    expect(error?.code).toBe(status.UNIMPLEMENTED);
  });

  it("gets every answer that a server had begun when it stopped", async () => {
    const begun = new Set<string>();
    const getItemCounted = (request: { id: string }) => {
      begun.add(request.id);
      return request;
    };
    await using server = await started({ implementation: { getItem: getItemCounted } });
    using peer = new Peer(server);
    const calls = Array.from({ length: 500 }, (_, i) => peer.call(Echo.method.getItem, { id: String(i) }));
    await calls[0];
    const stopped = server.stop();
    const outcomes = await Promise.all(calls);
    await stopped;
    const answered = outcomes.flatMap(({ reply }) => (reply === undefined ? [] : [reply.id]));
    expect(new Set(answered)).toEqual(begun);
    for (const { error } of outcomes) if (error) expect(error.code).toBe(status.UNAVAILABLE);
  });
});
