import { type DescMethodUnary, type DescService, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { operationOf } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { Echo, type NameRequest, NameRequestSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";

type Handler = (call: ServerUnaryCall<NameRequest, NameRequest>, done: sendUnaryData<NameRequest>) => void;

/** A server of grpc-js, which shares no code with this package. */
async function peer(noRule: Handler): Promise<AsyncDisposable & { endpoint: string; server: Server }> {
  const server = new Server();
  server.addService(
    { noRule: definition(Echo, Echo.method.noRule) } as unknown as ServiceDefinition,
    { noRule } as never,
  );
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return { server, endpoint: `grpc://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}

function definition(_: DescService, method: DescMethodUnary): object {
  const write = (message: MessageShape<typeof NameRequestSchema>) => Buffer.from(toBinary(NameRequestSchema, message));
  const read = (bytes: Buffer) => fromBinary(NameRequestSchema, bytes);
  return {
    path: operationOf(method),
    requestStream: false,
    responseStream: false,
    requestSerialize: write,
    requestDeserialize: read,
    responseSerialize: write,
    responseDeserialize: read,
  };
}

describe("a server of grpc-js", () => {
  it("is called, with metadata both ways", async () => {
    await using server = await peer((call, done) => {
      const metadata = new Metadata();
      metadata.set("x-reply", call.metadata.get("x-request").join());
      metadata.set("data-bin", Buffer.from(call.metadata.get("bytes-bin")[0] as Buffer));
      call.sendMetadata(metadata);
      const trailer = new Metadata();
      trailer.set("x-last", "end");
      done(null, call.request, trailer);
    });
    await using client = echoClient(server.endpoint);
    const seen: Record<string, Headers> = {};
    const reply = await client.echo.noRule(
      { name: "grpc-js" },
      {
        headers: { "x-request": "out", "bytes-bin": "AAEC" },
        onHeader: (header) => {
          seen.header = header;
        },
        onTrailer: (trailer) => {
          seen.trailer = trailer;
        },
      },
    );
    expect(reply.name).toBe("grpc-js");
    expect(seen.header?.get("x-reply")).toBe("out");
    expect(seen.header?.get("data-bin")).toBe("AAEC");
    expect(seen.trailer?.get("x-last")).toBe("end");
  });

  it("fails calls with its status", async () => {
    await using server = await peer((_, done) => done({ code: status.PERMISSION_DENIED, details: "not yöu" }));
    await using client = echoClient(server.endpoint);
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({ code: 403, reason: "", message: "not yöu" });
    expect(await failureOf(client.echo.getItem({}))).toMatchObject({ code: 501 });
  });

  it("reads our gzip, hears our deadline and our cancelling", async () => {
    const cancelled = Promise.withResolvers<void>();
    const deadlines: unknown[] = [];
    await using server = await peer((call, done) => {
      deadlines.push(call.getDeadline());
      if (call.request.name === "wait") call.on("cancelled", () => cancelled.resolve());
      else done(null, call.request);
    });
    await using client = echoClient(server.endpoint, { sendCompression: "gzip" });
    const long = "long ".repeat(2000);
    expect((await client.echo.noRule({ name: long })).name).toBe(long);
    expect(Number(deadlines[0])).toBeGreaterThan(Date.now() - 60_000);
    const abort = new AbortController();
    const call = failureOf(client.echo.noRule({ name: "wait" }, { signal: abort.signal }));
    await expect.poll(() => deadlines).toHaveLength(2);
    abort.abort();
    expect((await call).code).toBe(499);
    await cancelled.promise;
  });

  it("that shuts down lets calls in flight end, and the next one fail", async () => {
    const begun = Promise.withResolvers<() => void>();
    await using server = await peer((call, done) => begun.resolve(() => done(null, call.request)));
    await using client = echoClient(server.endpoint);
    const running = client.echo.noRule({ name: "last" });
    const finish = await begun.promise;
    const stopped = new Promise<void>((resolve) => server.server.tryShutdown(() => resolve()));
    finish();
    expect((await running).name).toBe("last");
    await stopped;
    expect((await failureOf(client.echo.noRule({}))).code).toBe(503);
  });
});
