import { fromJsonString } from "@bufbuild/protobuf";
import { createContextKey, currentContext, type Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import {
  Echo,
  GetItemRequestSchema,
  SeenReplySchema,
  SleepReplySchema,
  UploadRequestSchema,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { messageIn, requestOf, startInterop } from "../../testdata/interop-server.ts";
import { frame } from "../frame.ts";

const { getItem, seen, sleep, replyHeaders } = Echo.method;

describe("a unary call", () => {
  it("is answered with headers, one message and trailers", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send(requestOf(getItem, { id: "7", view: "v" }));
    expect(reply.headers).toMatchObject({ ":status": 200, "content-type": "application/grpc" });
    expect(messageIn(GetItemRequestSchema, reply)).toMatchObject({ id: "7", view: "v" });
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
    expect(reply.trailersOnly).toBe(false);
    expect(reply.rstCode).toBe(0);
  });

  it("may come in pieces of any size", async () => {
    await using interop = await startInterop();
    const { chunks: [whole = new Uint8Array()] = [], ...request } = requestOf(getItem, { id: "x".repeat(40) });
    const chunks = [...whole].map((byte) => new Uint8Array([byte]));
    const reply = await interop.client.send({ ...request, chunks });
    expect(messageIn(GetItemRequestSchema, reply).id).toHaveLength(40);
  });

  it("carries megabytes both ways", async () => {
    await using interop = await startInterop();
    const id = "x".repeat(4 * 1024 * 1024 - 100);
    const reply = await interop.client.send(requestOf(getItem, { id }));
    expect(messageIn(GetItemRequestSchema, reply).id).toBe(id);
  });

  it("gives services bytes as a plain Uint8Array", async () => {
    let data: Uint8Array | undefined;
    const upload = (request: { file?: { data: Uint8Array } }) => {
      data = request.file?.data;
      return {};
    };
    await using interop = await startInterop({ implementation: { upload } });
    await interop.client.send(requestOf(Echo.method.upload, { file: { data: new Uint8Array([1, 2]) } }));
    expect(data).toEqual(new Uint8Array([1, 2]));
    expect(UploadRequestSchema.typeName).toBe("interop.v1.UploadRequest");
  });

  it.each(["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"])(
    "takes %s",
    async (type) => {
      await using interop = await startInterop();
      const reply = await interop.client.send(requestOf(getItem, { id: "7" }, { headers: { "content-type": type } }));
      expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
      expect(reply.headers["content-type"]).toBe(type.split(";")[0]);
    },
  );

  it("speaks protojson as application/grpc+json", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send({
      path: "/interop.v1.Echo/GetItem",
      headers: { "content-type": "application/grpc+json" },
      chunks: [frame(new TextEncoder().encode('{"id":"7","nope":1}'))],
    });
    expect(reply.headers["content-type"]).toBe("application/grpc+json");
    const json = reply.body.subarray(5).toString();
    expect(JSON.parse(json)).toEqual({ id: "7", shelf: "", view: "" });
    expect(fromJsonString(GetItemRequestSchema, json).id).toBe("7");
  });

  it("takes a message that the service made with create, and one that it did not", async () => {
    const getItemOf = (request: unknown) => request;
    await using interop = await startInterop({
      implementation: { getItem: getItemOf, noRule: () => ({ name: "init" }) },
    });
    const message = await interop.client.send(requestOf(getItem, { id: "7" }));
    expect(messageIn(GetItemRequestSchema, message).id).toBe("7");
    const init = await interop.client.send(requestOf(Echo.method.noRule, {}));
    expect(init.body.toString()).toContain("init");
  });
});

describe("metadata", () => {
  it("reaches the service, without what belongs to the protocol", async () => {
    await using interop = await startInterop();
    const headers = {
      "x-md-global-a": "1",
      "x-many": ["a", "b"],
      "x-raw-bin": "AQI",
      "grpc-timeout": "5S",
      "user-agent": "u",
    };
    const reply = await interop.client.send(requestOf(seen, {}, { headers }));
    const message = messageIn(SeenReplySchema, reply);
    expect(message).toMatchObject({ kind: "grpc", operation: "/interop.v1.Echo/Seen", hasDeadline: true });
    const values = Object.fromEntries(Object.entries(message.headers).map(([name, { values }]) => [name, values]));
    expect(values).toEqual({ "x-md-global-a": ["1"], "x-many": ["a", "b"], "x-raw-bin": ["AQI"], "user-agent": ["u"] });
  });

  it("that middleware sets arrives as initial metadata and as trailers", async () => {
    const setting: Middleware = (next) => (request, ctx) => {
      ctx.transport?.replyHeader.set("x-reply", "h");
      ctx.transport?.replyHeader.append("x-many", "1");
      ctx.transport?.replyHeader.append("x-many", "2");
      ctx.transport?.replyTrailer.set("x-trailer", "é");
      return next(request, ctx);
    };
    await using interop = await startInterop({ middleware: [setting] });
    const reply = await interop.client.send(requestOf(getItem));
    expect(reply.headers).toMatchObject({ "x-reply": "h", "x-many": "1, 2", "content-type": "application/grpc" });
    expect(reply.trailers).toMatchObject({ "grpc-status": "0", "x-trailer": "%C3%A9" });
  });

  it("never overrides the protocol", async () => {
    await using interop = await startInterop();
    const headers = { "grpc-status": "5", "content-type": "text/html", connection: "close", te: "gzip", "x-ok": "1" };
    const reply = await interop.client.send(requestOf(replyHeaders, { headers }));
    expect(reply.headers).toMatchObject({ "content-type": "application/grpc", "x-ok": "1" });
    expect(reply.headers).not.toHaveProperty("grpc-status");
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("may hold a header twice that HTTP allows once", async () => {
    const twice: Middleware = (next) => (request, ctx) => {
      ctx.transport?.replyHeader.append("etag", "a");
      ctx.transport?.replyHeader.append("etag", "b");
      ctx.transport?.replyTrailer.append("date", "c");
      ctx.transport?.replyTrailer.append("date", "d");
      return next(request, ctx);
    };
    await using interop = await startInterop({ middleware: [twice] });
    const reply = await interop.client.send(requestOf(getItem, { id: "7" }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
  });
});

describe("middleware", () => {
  it("runs outermost first, once a call, in the context of the call", async () => {
    const key = createContextKey("none");
    const seenBy: string[] = [];
    const named =
      (name: string): Middleware =>
      (next, info) =>
      (request, ctx) => {
        seenBy.push(`${name} ${info.operation} ${info.kind} ${info.side} ${ctx.get(key)} ${currentContext() === ctx}`);
        return next(request, ctx.with(key, name));
      };
    let inService: unknown;
    const service = (_request: unknown, ctx: unknown) => {
      inService = currentContext() === ctx;
      return {};
    };
    await using interop = await startInterop({
      middleware: [named("a"), named("b")],
      implementation: { getItem: service },
    });
    await interop.client.send(requestOf(getItem));
    const operation = "/interop.v1.Echo/GetItem";
    expect(seenBy).toEqual([`a ${operation} grpc server none true`, `b ${operation} grpc server a true`]);
    expect(inService).toBe(true);
  });

  it("sees the transport of the call", async () => {
    const seenBy: unknown[] = [];
    const spy: Middleware = (next) => (request, ctx) => {
      const { url, peer, endpoint, requestMethod } = ctx.transport ?? {};
      seenBy.push({ url, peer, endpoint, requestMethod, method: ctx.method });
      return next(request, ctx);
    };
    await using interop = await startInterop({ middleware: [spy] });
    await interop.client.send(requestOf(getItem));
    const endpoint = interop.server.endpoint();
    expect(seenBy).toEqual([
      {
        url: `${endpoint.replace("grpc:", "http:")}/interop.v1.Echo/GetItem`,
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        endpoint,
        requestMethod: "POST",
        method: getItem,
      },
    ]);
  });

  it("may answer in the place of the service", async () => {
    const short: Middleware = () => async () => ({ finished: true });
    await using interop = await startInterop({ middleware: [short] });
    const reply = await interop.client.send(requestOf(sleep, { millis: 60_000 }));
    expect(messageIn(SleepReplySchema, reply).finished).toBe(true);
  });
});
