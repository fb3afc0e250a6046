import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Echo, GetItemRequestSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { messageIn, requestOf, startInterop } from "../../testdata/interop-server.ts";
import { RawClient } from "../../testdata/raw-grpc.ts";
import { frame } from "../frame.ts";
import { createGrpcServer } from "./grpc-server.ts";

const { getItem } = Echo.method;
const path = "/interop.v1.Echo/GetItem";
const encode = (id: string): Uint8Array => toBinary(GetItemRequestSchema, create(GetItemRequestSchema, { id }));
const good = frame(encode("7"));
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

describe("a request's messages", () => {
  it.each([
    ["no message", [], "12"],
    ["an empty DATA frame", [bytes()], "12"],
    ["two messages", [good, good], "12"],
    ["two messages in one chunk", [Buffer.concat([good, good])], "12"],
    ["a message and a rest", [good, bytes(0, 0)], "13"],
    ["a prefix cut short", [bytes(0, 0, 0)], "13"],
    ["a message cut short", [good.subarray(0, good.length - 1)], "13"],
    ["a length that is too long", [bytes(0, 0, 0, 0, 200), encode("7")], "13"],
    ["a length that is too short", [bytes(0, 0, 0, 0, 1), encode("7")], "13"],
    ["unknown flags", [bytes(0x80, 0, 0, 0, 0)], "13"],
    ["a compressed flag without an encoding", [frame(encode("7"), true)], "13"],
    ["a length of 4 GiB", [bytes(0, 0xff, 0xff, 0xff, 0xff)], "8"],
    ["a length just above the limit", [bytes(0, 0, 0, 4, 1)], "8"],
  ])("are refused when there is %s; the next call is served", async (_what, chunks, status) => {
    await using interop = await startInterop({ maxMessageBytes: 1024 });
    const { client } = interop;
    const [bad, other] = await Promise.all([
      client.send({ path, chunks }),
      client.send(requestOf(getItem, { id: "other" })),
    ]);
    expect(bad.trailers).toMatchObject({ ":status": 200, "grpc-status": status });
    expect(bad.rstCode).toBe(0);
    expect(messageIn(GetItemRequestSchema, other).id).toBe("other");
  });

  it("may be of just the limit, and not one byte more", async () => {
    await using interop = await startInterop({ maxMessageBytes: 1024 });
    const fits = await interop.client.send(requestOf(getItem, { id: "x".repeat(1024 - 3) }));
    expect(fits.trailers).toMatchObject({ "grpc-status": "0" });
    const more = await interop.client.send(requestOf(getItem, { id: "x".repeat(1024 - 2) }));
    expect(more.trailers).toMatchObject({ "grpc-status": "8" });
    expect(more.trailers["grpc-message"]).toContain("maxMessageBytes (1024)");
  });

  it("are not waited for once the call was refused", async () => {
    await using interop = await startInterop({ maxMessageBytes: 1024 });
    const reply = await interop.client.send({ path, chunks: [bytes(0, 0xff, 0xff, 0xff, 0xff)], open: true });
    expect(reply.trailers).toMatchObject({ "grpc-status": "8" });
  });

  it("need not be waited for when the method is unknown", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send({ path: "/interop.v1.Echo/Nope", chunks: [good], open: true });
    expect(reply.trailers).toMatchObject({ "grpc-status": "12" });
  });
});

describe("compression", () => {
  const gzipped = { "grpc-encoding": "gzip", "grpc-accept-encoding": "identity,gzip" };

  it("is understood, and answered in kind when the reply is large", async () => {
    await using interop = await startInterop();
    const id = "hello ".repeat(1000);
    const reply = await interop.client.send({ path, headers: gzipped, chunks: [frame(gzipSync(encode(id)), true)] });
    expect(reply.headers).toMatchObject({ "grpc-encoding": "gzip" });
    expect(reply.body[0]).toBe(1);
    expect(reply.body.length).toBeLessThan(1000);
    expect(fromBinary(GetItemRequestSchema, gunzipSync(reply.body.subarray(5))).id).toBe(id);
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("is left out of small replies, and of those to callers that can't read it", async () => {
    await using interop = await startInterop();
    const chunks = [frame(gzipSync(encode("7")), true)];
    const small = await interop.client.send({ path, headers: gzipped, chunks });
    expect(messageIn(GetItemRequestSchema, small).id).toBe("7");
    const chunksOfMuch = [frame(gzipSync(encode("x".repeat(5000))), true)];
    const deaf = await interop.client.send({ path, headers: { "grpc-encoding": "gzip" }, chunks: chunksOfMuch });
    expect(messageIn(GetItemRequestSchema, deaf).id).toHaveLength(5000);
    expect(deaf.headers).not.toHaveProperty("grpc-encoding");
  });

  it("may be announced and not used", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send(requestOf(getItem, { id: "7" }, { headers: gzipped }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("that nobody knows is UNIMPLEMENTED, and the caller is told what is known", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send(requestOf(getItem, { id: "7" }, { headers: { "grpc-encoding": "zstd" } }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "12", "grpc-accept-encoding": "gzip" });
  });

  it("that is broken is INTERNAL", async () => {
    await using interop = await startInterop();
    const reply = await interop.client.send({ path, headers: gzipped, chunks: [frame(bytes(1, 2, 3), true)] });
    expect(reply.trailers).toMatchObject({ "grpc-status": "13" });
  });

  it("that hides a bomb is RESOURCE_EXHAUSTED, and others are served meanwhile", async () => {
    await using interop = await startInterop();
    const bomb = frame(gzipSync(Buffer.alloc(64 * 1024 * 1024)), true);
    const [reply, other] = await Promise.all([
      interop.client.send({ path, headers: gzipped, chunks: [bomb] }),
      interop.client.send(requestOf(getItem, { id: "7" })),
    ]);
    expect(reply.trailers).toMatchObject({ "grpc-status": "8" });
    expect(other.trailers).toMatchObject({ "grpc-status": "0" });
  });
});

describe("limits of a connection", () => {
  it("refuse a header block that is too large, and nothing else", async () => {
    await using interop = await startInterop({ maxHeaderBytes: 4096 });
    const headers = { "x-large": "x".repeat(8000) };
    const [large, other] = await Promise.all([
      interop.client.send(requestOf(getItem, { id: "7" }, { headers })),
      interop.client.send(requestOf(getItem, { id: "8" })),
    ]);
    expect(large.headers).toEqual({});
    expect(large.rstCode).not.toBe(0);
    expect(other.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("count the bytes of all headers, however many they are", async () => {
    await using interop = await startInterop({ maxHeaderBytes: 16_384 });
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, "y"]));
    const served = await interop.client.send(requestOf(getItem, { id: "7" }, { headers: many }));
    expect(served.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("tell clients how many calls may be in flight, and hold the others back", async () => {
    let running = 0;
    let most = 0;
    const getItemSlowly = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return {};
    };
    await using interop = await startInterop({ maxConcurrentStreams: 3, implementation: { getItem: getItemSlowly } });
    const replies = await Promise.all(Array.from({ length: 20 }, () => interop.client.send(requestOf(getItem))));
    expect(replies.every(({ trailers }) => trailers["grpc-status"] === "0")).toBe(true);
    expect(most).toBeLessThanOrEqual(3);
    expect(interop.client.session.remoteSettings).toMatchObject({ maxConcurrentStreams: 3, enablePush: false });
  });

  it("let a thousand calls through one connection at once", async () => {
    await using interop = await startInterop();
    const id = "x".repeat(10_000);
    const replies = await Promise.all(
      Array.from({ length: 1000 }, () => interop.client.send(requestOf(getItem, { id }))),
    );
    expect(replies.filter(({ trailers }) => trailers["grpc-status"] === "0")).toHaveLength(1000);
  });

  it.each([
    ["HTTP/1.1", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["garbage", "\x00\x01\x02".repeat(100)],
    ["a broken frame", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\x00\x00\x00\x00\x00\x01"],
    ["a preface and nothing", "PRI * HTTP/2.0\r\n\r\n"],
  ])("end a connection that sends %s, and no other", async (_what, text) => {
    await using interop = await startInterop();
    const { port } = new URL(interop.server.endpoint().replace("grpc:", "http:"));
    const socket = connectSocket(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    socket.end(Buffer.from(text, "latin1"));
    await once(socket, "close");
    const reply = await interop.client.send(requestOf(getItem, { id: "7" }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("stop a client that opens and resets streams without end", async () => {
    await using interop = await startInterop();
    await using abuser = await RawClient.connect(interop.server.endpoint());
    for (let i = 0; i < 30_000 && !abuser.session.destroyed; i++) {
      const stream = abuser.session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
      stream.on("error", () => {});
      stream.close(8);
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await abuser.closed();
    const reply = await interop.client.send(requestOf(getItem, { id: "7" }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
  });

  it("stop a client that changes its SETTINGS without end", async () => {
    await using interop = await startInterop();
    await using abuser = await RawClient.connect(interop.server.endpoint());
    const changes = setInterval(() => {
      for (let i = 0; i < 5; i++)
        if (!abuser.session.destroyed) abuser.session.settings({ initialWindowSize: 65_535 + i });
    }, 1);
    await abuser.closed();
    clearInterval(changes);
    const reply = await interop.client.send(requestOf(getItem, { id: "7" }));
    expect(reply.trailers).toMatchObject({ "grpc-status": "0" });
  });
});

describe("options", () => {
  it.each([
    [{ timeoutMs: -1 }, RangeError, "timeoutMs is -1"],
    [{ maxMessageBytes: Number.NaN }, RangeError, "maxMessageBytes is NaN"],
    [{ maxHeaderBytes: 2 ** 40 }, RangeError, "maxHeaderBytes"],
    [{ keepalive: { intervalMs: -1 } }, RangeError, "intervalMs"],
    [{ streamIdleTimeoutMs: -1 }, RangeError, "streamIdleTimeoutMs is -1"],
    [{ streamWindowBytes: 1000 }, RangeError, "streamWindowBytes is 1000; it has to be a number from 65535"],
    [{ sessionWindowBytes: 1000 }, RangeError, "sessionWindowBytes is 1000"],
    [{ address: "localhost" }, TypeError, "host:port"],
    [{ address: ":99999" }, TypeError, "host:port"],
  ])("out of range are refused: %j", (options, type, message) => {
    expect(() => createGrpcServer(options)).toThrow(type);
    expect(() => createGrpcServer(options)).toThrow(message);
  });

  it("do not let a service be registered twice", () => {
    const server = createGrpcServer().service(Echo, {});
    expect(() => server.service(Echo, {})).toThrow("interop.v1.Echo is registered already");
  });
});
