import { gzipSync } from "node:zlib";
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { encodeBinaryHeader } from "@connectrpc/connect";
import { type Context, HeaderList } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { echoClient, failureOf } from "../../testdata/echo-client.ts";
import { NameRequestSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { answer, answerOnce, nameFrame, RawServer } from "../../testdata/raw-server.ts";
import { frame } from "../frame.ts";

describe("a unary call", () => {
  it("sends what the gRPC protocol asks for, and returns the reply", async () => {
    await using server = await RawServer.start((call) => answer(call, { chunks: [nameFrame("reply")] }));
    await using client = echoClient(server.endpoint);
    const reply = await client.echo.noRule({ name: "request" });
    expect(reply).toMatchObject({ $typeName: "interop.v1.NameRequest", name: "reply" });
    const { headers } = server.calls[0]!;
    expect(headers).toMatchObject({
      ":method": "POST",
      ":scheme": "http",
      ":path": "/interop.v1.Echo/NoRule",
      ":authority": `127.0.0.1:${server.port}`,
      "content-type": "application/grpc+proto",
      te: "trailers",
      "user-agent": "grpc-kratos-ts",
      "grpc-timeout": expect.stringMatching(/^(1\d\d\d|2000)m$/),
    });
  });

  it("sends its message in one frame and then ends its side", async () => {
    const received: Buffer[] = [];
    await using server = await RawServer.start((call) => {
      call.stream.on("data", (chunk: Buffer) => received.push(chunk));
      call.stream.on("end", () => answer(call));
    });
    await using client = echoClient(server.endpoint);
    await client.echo.noRule({ name: "request" });
    expect(Buffer.concat(received)).toEqual(Buffer.from(nameFrame("request")));
  });

  it("carries metadata both ways, bytes too", async () => {
    await using server = await RawServer.start((call) =>
      answer(call, {
        headers: { "x-md-reply": ["1", "2"], "reply-bin": "AQI" },
        trailers: { "grpc-status": "0", "x-md-last": "3" },
      }),
    );
    await using client = echoClient(server.endpoint);
    let header: Headers | undefined;
    let trailer: Headers | undefined;
    await client.echo.noRule(
      {},
      {
        headers: { "X-Md-Global-A": "a", "data-bin": encodeBinaryHeader(Uint8Array.of(1, 255)), te: "gzip" },
        onHeader: (seen) => {
          header = seen;
        },
        onTrailer: (seen) => {
          trailer = seen;
        },
      },
    );
    expect(server.calls[0]!.headers).toMatchObject({ "x-md-global-a": "a", "data-bin": "Af8", te: "trailers" });
    expect(header).toBeInstanceOf(HeaderList);
    expect((header as HeaderList).getAll("x-md-reply")).toEqual(["1", "2"]);
    expect([...header!.keys()].toSorted()).toEqual(["reply-bin", "x-md-reply"]);
    expect([...trailer!]).toEqual([["x-md-last", "3"]]);
  });

  it("sends several values of a name, whatever the name", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint);
    await client.echo.noRule(
      {},
      {
        headers: [
          ["authorization", "a"],
          ["authorization", "b"],
          ["x-many", "1"],
          ["x-many", "2"],
        ],
      },
    );
    expect(server.calls[0]!.headers["x-many"]).toBe("1, 2");
    expect(server.calls).toHaveLength(1);
  });

  it("puts a name of its own before the library's in user-agent, and takes another authority", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint, { userAgent: "shop/1.2", authority: "shop.internal" });
    await client.echo.noRule({});
    const { headers } = server.calls[0]!;
    expect(headers["user-agent"]).toBe("shop/1.2 grpc-kratos-ts");
    expect(headers[":authority"]).toBe("shop.internal");
  });

  it("reads a reply that comes in pieces", async () => {
    const bytes = nameFrame("in pieces ".repeat(20_000));
    await using server = await RawServer.start((call) => {
      const { stream } = call;
      stream.respond({ ":status": "200", "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      const cuts = [0, 3, 5, 9, 70_000, bytes.length];
      const next = (i: number): void => {
        if (i === cuts.length) stream.end();
        else stream.write(bytes.subarray(cuts[i - 1], cuts[i]), () => next(i + 1));
      };
      next(1);
    });
    await using client = echoClient(server.endpoint);
    expect((await client.echo.noRule({})).name).toBe("in pieces ".repeat(20_000));
  });

  it("reads gzip replies, and refuses an encoding that it does not know", async () => {
    const message = toBinary(NameRequestSchema, create(NameRequestSchema, { name: "zipped" }));
    await using server = await RawServer.start((call) =>
      answer(call, {
        headers: { "grpc-encoding": call.index === 0 ? "gzip" : "br" },
        chunks: [frame(gzipSync(message), true)],
      }),
    );
    await using client = echoClient(server.endpoint);
    expect((await client.echo.noRule({})).name).toBe("zipped");
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({
      code: 500,
      message: expect.stringMatching(/grpc-encoding "br"/),
    });
  });

  it("compresses large requests when told to", async () => {
    const bodies: Buffer[] = [];
    await using server = await RawServer.start((call) => {
      const body: Buffer[] = [];
      call.stream.on("data", (chunk: Buffer) => body.push(chunk));
      call.stream.on("end", () => {
        bodies.push(Buffer.concat(body));
        answer(call);
      });
    });
    await using client = echoClient(server.endpoint, { sendCompression: "gzip" });
    await client.echo.noRule({ name: "small" });
    await client.echo.noRule({ name: "large ".repeat(1000) });
    // Of both, so that the reply to a small request may be compressed too.
    expect(server.calls.map(({ headers }) => headers["grpc-encoding"])).toEqual(["gzip", "gzip"]);
    expect(server.calls[0]!.headers["grpc-accept-encoding"]).toBe("gzip");
    expect([bodies[0]![0], bodies[1]![0]]).toEqual([0, 1]);
    expect(bodies[1]!.length).toBeLessThan(200);
  });

  it("asks for compressed replies alone when told to", async () => {
    await using server = await RawServer.start((call) => answer(call));
    await using quiet = echoClient(server.endpoint);
    await using asking = echoClient(server.endpoint, { acceptCompression: "gzip" });
    await quiet.echo.noRule({ name: "large ".repeat(1000) });
    await asking.echo.noRule({ name: "large ".repeat(1000) });
    expect(server.calls.map(({ headers }) => headers["grpc-accept-encoding"])).toEqual([undefined, "gzip"]);
    expect(server.calls.map(({ headers }) => headers["grpc-encoding"])).toEqual([undefined, undefined]);
  });

  it("speaks protojson when told to", async () => {
    const json = toJsonString(NameRequestSchema, create(NameRequestSchema, { name: "json" }));
    await using server = await RawServer.start((call) =>
      answer(call, {
        headers: { "content-type": "application/grpc+json" },
        chunks: [frame(new TextEncoder().encode(json))],
      }),
    );
    await using client = echoClient(server.endpoint, { codec: "json" });
    expect((await client.echo.noRule({})).name).toBe("json");
    expect(server.calls[0]!.headers["content-type"]).toBe("application/grpc+json");
  });

  it("refuses a reply above maxMessageBytes as soon as its length is known, and one that would grow beyond it", async () => {
    const bomb = gzipSync(new Uint8Array(5_000_000));
    await using server = await RawServer.start((call) => {
      if (call.index === 0) call.stream.respond({ ":status": "200", "content-type": "application/grpc" });
      if (call.index === 0) call.stream.write(Uint8Array.of(0, 0, 0x50, 0, 0, 1, 2, 3));
      else answer(call, { headers: { "grpc-encoding": "gzip" }, chunks: [frame(bomb, true)] });
    });
    await using client = echoClient(server.endpoint);
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({
      code: 429,
      message: expect.stringMatching(/5242880 bytes.*4194304/),
    });
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({
      code: 429,
      message: expect.stringMatching(/4194304/),
    });
  });

  it("says which field of a request can't be encoded", async () => {
    await using client = echoClient("127.0.0.1:1");
    const error = await failureOf(client.echo.noRule({ revision: 1.5 }));
    expect(error).toMatchObject({
      code: 400,
      reason: "CODEC",
      message: expect.stringMatching(/NameRequest.*revision/),
    });
  });

  it("says what is wrong with a header that can't be sent", async () => {
    await using client = echoClient("127.0.0.1:1");
    const error = await failureOf(client.echo.noRule({}, { headers: { "bad name": "x" } }));
    expect(error).toMatchObject({ code: 400, message: expect.stringMatching(/header name "bad name"/) });
  });

  it("gives its middleware Connect's context values", async () => {
    const { createContextKey, createContextValues } = await import("@connectrpc/connect");
    const key = createContextKey("default");
    const seen: string[] = [];
    await using server = await RawServer.start((call) => answer(call));
    await using client = echoClient(server.endpoint, {
      middleware: [
        (next) => (req, ctx: Context) => {
          seen.push(ctx.get(key));
          return next(req, ctx);
        },
      ],
    });
    await client.echo.noRule({}, { contextValues: createContextValues().set(key, "given") });
    await client.echo.noRule({});
    expect(seen).toEqual(["given", "default"]);
  });

  it("needs options in their range", () => {
    expect(() => echoClient("127.0.0.1:1", { timeoutMs: -1 })).toThrow(/createGrpcTransport: timeoutMs is -1/);
    expect(() => echoClient("127.0.0.1:1", { sessions: 0 })).toThrow(RangeError);
    expect(() => echoClient("127.0.0.1:1", { streamIdleTimeoutMs: -1 })).toThrow(RangeError);
    expect(() => echoClient("127.0.0.1:1", { streamWindowBytes: 10 })).toThrow(RangeError);
    expect(() => echoClient("127.0.0.1:1", { maxMessageBytes: Number.NaN })).toThrow(/maxMessageBytes is NaN/);
    const keepalive = { intervalMs: 0 };
    expect(() => echoClient("127.0.0.1:1", { keepalive })).toThrow(/keepalive.intervalMs is 0/);
  });

  it("throws the error that a trailers-only reply holds", async () => {
    await using server = await RawServer.start((call) =>
      answerOnce(call, { "grpc-status": "5", "grpc-message": "no %C3%BCser", "x-md-why": "gone" }),
    );
    const trailers: unknown[] = [];
    await using client = echoClient(server.endpoint, {
      middleware: [
        (next) => async (req, ctx) => {
          try {
            return await next(req, ctx);
          } finally {
            trailers.push(ctx.transport?.replyTrailer.get("x-md-why"));
          }
        },
      ],
    });
    expect(await failureOf(client.echo.noRule({}))).toMatchObject({ code: 404, reason: "", message: "no üser" });
    expect(trailers).toEqual(["gone"]);
  });
});
