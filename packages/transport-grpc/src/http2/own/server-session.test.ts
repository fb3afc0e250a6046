// What a client and a server of our own HTTP/2 say to each other, frame by frame.
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { describe, expect, it } from "vitest";
import { okTrailers, RecordedServer, replyHeaders } from "../../../testdata/carrier-server.ts";
import { rawFrame, settingsPayload, word } from "../../../testdata/frame-peer.ts";
import { plainBlock as block } from "../../../testdata/header-block.ts";
import { repeated } from "../../../testdata/own-client.ts";
import {
  answerCall,
  begunFrame,
  cancelFrame,
  connectedServer,
  requestFrame,
  serverGoaway,
  serverReset,
} from "../../../testdata/own-server.ts";
import { ErrorCode, FrameType } from "./protocol.ts";
import { createOwnServerCarrier } from "./server.ts";

const { DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE } = FrameType;
const endStream = 1;
const ack = 1;
const endHeaders = 4;

describe("a connection", () => {
  it("is told the limits first", async () => {
    await using pair = await connectedServer();
    const [settings, window] = pair.peer.frames;
    const expected = settingsPayload([
      [2, 0],
      [3, 100],
      [4, 1 << 20],
      [6, 16_384],
    ]);
    expect(settings!.payload.equals(expected)).toBe(true);
    expect(window).toMatchObject({ type: WINDOW_UPDATE, id: 0 });
  });

  it("may begin byte by byte", async () => {
    await using server = await RecordedServer.start(createOwnServerCarrier, answerCall);
    const socket = connectSocket({ port: server.port, host: "127.0.0.1", noDelay: true });
    const bytes = Buffer.concat([
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      rawFrame(SETTINGS, 0, 0),
      requestFrame(1),
    ]);
    for (const byte of bytes) {
      socket.write(Buffer.of(byte));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect((await server.call(0)).end).toBe(true);
    socket.destroy();
  });

  it("of HTTP/1 ends, and its cause says what came", async () => {
    await using server = await RecordedServer.start(createOwnServerCarrier);
    const socket = connectSocket(server.port, "127.0.0.1").resume();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "close");
    await server.sessions[0]!.heard("close");
    expect(String(server.sessions[0]!.cause)).toContain('does not speak HTTP/2: it began with "GET / HTTP/1.1');
  });

  it("of a client that says no more is lost with its calls", async () => {
    await using pair = await connectedServer();
    pair.peer.send(requestFrame(1));
    const call = await pair.server.call(0);
    pair.peer.socket.end();
    await pair.peer.closed();
    await call.heard("reset");
  });

  it("that is told to go still answers what it has, and says which the last is", async () => {
    await using pair = await connectedServer();
    pair.peer.send(requestFrame(1), requestFrame(3));
    const last = await pair.server.call(1);
    pair.server.sessions[0]!.session.drain();
    pair.peer.send(requestFrame(5));
    expect(await serverReset(pair, 5)).toBe(ErrorCode.REFUSED_STREAM);
    answerCall(pair.server.calls[0]!);
    answerCall(last);
    await pair.peer.frame({ type: HEADERS, id: 3, flags: endHeaders | endStream });
    expect(await serverGoaway(pair)).toMatchObject({ code: ErrorCode.NO_ERROR, lastId: 3 });
    expect(pair.server.calls).toHaveLength(2);
  });
});

describe("a reply before the end of its request", () => {
  it("needs no reset when the end was on its way", async () => {
    await using pair = await connectedServer(answerCall);
    pair.peer.send(begunFrame(1), rawFrame(DATA, endStream, 1, "00"));
    await pair.peer.frame({ type: HEADERS, id: 1, flags: endHeaders | endStream });
    pair.peer.send(rawFrame(PING, 0, 0, Buffer.alloc(8)));
    await pair.peer.frame({ type: PING, flags: ack });
    expect(pair.peer.all({ type: RST_STREAM })).toEqual([]);
  });

  it("asks for no more as soon as more than the end comes", async () => {
    await using pair = await connectedServer(answerCall);
    pair.peer.send(begunFrame(1), rawFrame(DATA, 0, 1, Buffer.alloc(10_000)), rawFrame(PING, 0, 0, Buffer.alloc(8)));
    await pair.peer.frame({ type: PING, flags: ack });
    expect(pair.peer.all({ id: 1 }).at(-1)).toMatchObject({ type: RST_STREAM, payload: Buffer.alloc(4) });
  });

  it("asks for no more, and what still comes is of no matter", async () => {
    await using pair = await connectedServer(answerCall);
    pair.peer.send(begunFrame(1));
    expect(await serverReset(pair, 1)).toBe(ErrorCode.NO_ERROR);
    pair.peer.send(
      rawFrame(DATA, 0, 1, "00"),
      rawFrame(HEADERS, endHeaders | endStream, 1, block("a", "1")),
      cancelFrame(1),
    );
    pair.peer.send(requestFrame(3));
    await pair.peer.frame({ type: HEADERS, id: 3, flags: endHeaders | endStream });
    expect(pair.peer.all({ type: RST_STREAM })).toHaveLength(1);
  });
});

describe("flow control", () => {
  it("counts what paused streams have got against the connection's window", async () => {
    const limits = { sessionWindowBytes: 131_072, streamWindowBytes: 1 << 20 };
    await using pair = await connectedServer((call) => call.stream.pause(), limits);
    pair.peer.send(begunFrame(1), begunFrame(3), repeated(3, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))));
    pair.peer.send(repeated(4, rawFrame(DATA, 0, 3, Buffer.alloc(16_384))));
    await pair.server.until(() => pair.server.calls.length === 2);
    await pair.server.calls[1]!.until(() => pair.server.calls[1]!.bytes === 65_536);
    expect(pair.peer.all({ type: WINDOW_UPDATE })).toHaveLength(1);
    pair.server.calls[1]!.stream.resume();
    await pair.peer.count({ type: WINDOW_UPDATE }, 2);
    pair.peer.send(repeated(6, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))));
    expect(await serverGoaway(pair)).toMatchObject({ code: ErrorCode.FLOW_CONTROL_ERROR });
  });

  it("gives back what a stream holds when it ends", async () => {
    const limits = { sessionWindowBytes: 131_072, streamWindowBytes: 1 << 20 };
    await using pair = await connectedServer((call) => call.stream.pause(), limits);
    pair.peer.send(begunFrame(1), repeated(5, rawFrame(DATA, 0, 1, Buffer.alloc(16_384))), cancelFrame(1));
    await pair.peer.count({ type: WINDOW_UPDATE }, 2);
    expect(pair.peer.all({ type: WINDOW_UPDATE })[1]!.payload.readUInt32BE()).toBe(5 * 16_384);
  });

  it("keeps trailers behind the body that waits", async () => {
    await using pair = await connectedServer(({ stream }) =>
      stream.unary({ headers: replyHeaders, body: Buffer.alloc(70_000), trailers: okTrailers }),
    );
    pair.peer.send(requestFrame(1));
    await pair.peer.count({ type: DATA }, 4);
    expect(pair.peer.all({ type: HEADERS })).toHaveLength(1);
    pair.peer.send(rawFrame(WINDOW_UPDATE, 0, 1, word(10_000)), rawFrame(WINDOW_UPDATE, 0, 0, word(10_000)));
    await pair.peer.count({ type: HEADERS }, 2);
    expect(pair.peer.frames.at(-1)).toMatchObject({ type: HEADERS, flags: endHeaders | endStream });
  });
});
