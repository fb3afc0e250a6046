// What a client may send too much of, or take too little.
import { describe, expect, it, vi } from "vitest";
import { okTrailers, replyHeaders, serverLimits } from "../../../testdata/carrier-server.ts";
import { FakeSocket } from "../../../testdata/fake-socket.ts";
import { rawFrame, word } from "../../../testdata/frame-peer.ts";
import { plainBlock as block } from "../../../testdata/header-block.ts";
import { repeated } from "../../../testdata/own-client.ts";
import {
  answerCall,
  begunFrame,
  cancelFrame,
  connectedServer,
  requestFrame,
  requestHead,
  serverGoaway,
  serverReset,
  streamIds,
} from "../../../testdata/own-server.ts";
import type { ServerHandler, SessionHandler } from "../carrier.ts";
import { ErrorCode, FrameType } from "./protocol.ts";
import { OwnServerSession } from "./server-session.ts";

const { DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;
const endStream = 1;
const endHeaders = 4;

describe("a client that takes nothing", () => {
  it("is refused streams once its replies fill 64 MiB, until some of them have left", async () => {
    const body = Buffer.alloc(16 * 1024 * 1024);
    await using pair = await connectedServer(({ stream }) =>
      stream.unary({ headers: replyHeaders, body, trailers: okTrailers }),
    );
    pair.peer.send(...streamIds(6).map(requestFrame));
    expect(await serverReset(pair, 11)).toBe(ErrorCode.REFUSED_STREAM);
    expect(pair.server.calls).toHaveLength(5);
    pair.peer.send(cancelFrame(1), cancelFrame(3), requestFrame(13));
    await pair.server.call(5);
  });

  it("and does not even begin is cut off after 10 seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const socket = FakeSocket.create();
      const ended = new Promise<unknown>((resolve) => {
        const session: SessionHandler = { onPong() {}, onClose: resolve };
        const handler: ServerHandler = {
          onSession: () => session,
          onStream: () => expect.unreachable(),
          onRefused() {},
          onFailure() {},
        };
        new OwnServerSession(socket, { handler, limits: serverLimits });
      });
      socket.emit("data", Buffer.from("PRI * HTTP/2.0"));
      vi.advanceTimersByTime(9_999);
      expect(socket.destroyed).toBe(false);
      vi.advanceTimersByTime(1);
      expect(String(await ended)).toContain("did not begin to speak HTTP/2 within 10000 ms");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a flood", () => {
  it.each<[string, Buffer]>([
    [
      "streams that are reset",
      Buffer.concat(streamIds(12_000).map((id) => Buffer.concat([begunFrame(id), cancelFrame(id)]))),
    ],
    [
      "streams that it makes us reset",
      Buffer.concat(
        streamIds(12_000).map((id) => Buffer.concat([begunFrame(id), rawFrame(WINDOW_UPDATE, 0, id, word(0))])),
      ),
    ],
    [
      "streams whose headers are malformed",
      Buffer.concat(streamIds(12_000).map((id) => rawFrame(HEADERS, endHeaders, id, block("A", "1")))),
    ],
    ["streams beyond the limit", Buffer.concat(streamIds(12_000).map(requestFrame))],
    ["resets of streams that have ended", Buffer.concat([requestFrame(1), repeated(12_000, cancelFrame(1))])],
    ["CONTINUATION", Buffer.concat([rawFrame(HEADERS, 0, 1, requestHead), repeated(40, rawFrame(CONTINUATION, 0, 1))])],
    ["PING", repeated(30_000, rawFrame(PING, 0, 0, Buffer.alloc(8)))],
    ["SETTINGS", repeated(300, rawFrame(SETTINGS, 0, 0))],
    ["empty DATA", Buffer.concat([begunFrame(1), repeated(30_000, rawFrame(DATA, 0, 1))])],
  ])("of %s ends the connection with ENHANCE_YOUR_CALM", async (_, bytes) => {
    await using pair = await connectedServer();
    pair.peer.send(bytes);
    expect(await serverGoaway(pair)).toMatchObject({ code: ErrorCode.ENHANCE_YOUR_CALM });
  });

  it("is not what a client does that gives up every other call", async () => {
    await using pair = await connectedServer((call) => {
      if (call.end) answerCall(call);
    });
    for (let id = 1; id < 8_000; id += 8) {
      pair.peer.send(
        requestFrame(id),
        requestFrame(id + 2),
        begunFrame(id + 4),
        cancelFrame(id + 4),
        requestFrame(id + 6),
      );
      await pair.peer.frame({ type: HEADERS, id: id + 6, flags: endHeaders | endStream });
    }
    expect(pair.peer.all({ type: GOAWAY })).toEqual([]);
  });

  it("of requests whose replies nobody reads stops being read", async () => {
    // Another each time, so that it is not a byte or two in the header table.
    let calls = 0;
    const big = (): string[] => ["grpc-message", `${"x".repeat(2000)} ${calls++}`];
    await using pair = await connectedServer((call) => call.stream.headersOnly([":status", "200", ...big()]));
    pair.peer.socket.pause();
    const padding = Array.from({ length: 5 }, (_, i) => [`x-${i}`, "x".repeat(120)]).flat();
    const large = Buffer.concat([requestHead, block(...padding)]);
    let id = 1;
    // The replies would be 200 MB.
    for (; id < 200_000 && pair.peer.socket.writableLength < 1_000_000; id += 200) {
      const requests = Array.from({ length: 100 }, (_, i) =>
        rawFrame(HEADERS, endHeaders | endStream, id + i * 2, large),
      );
      pair.peer.send(...requests);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(id).toBeLessThan(200_000);
    const served = pair.server.calls.length;
    expect(served * 2_000).toBeLessThan(50_000_000);
    pair.peer.socket.resume();
    await pair.server.until(() => pair.server.calls.length > served + 100);
  });
});
