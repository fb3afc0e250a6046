import type { ServerLimits } from "../src/http2/carrier.ts";
import { ErrorCode, Flag, FrameType } from "../src/http2/own/protocol.ts";
import { createOwnServerCarrier } from "../src/http2/own/server.ts";
import { okTrailers, type RecordedCall, RecordedServer, replyHeaders } from "./carrier-server.ts";
import { connectFramePeer, type FramePeer, rawFrame, word } from "./frame-peer.ts";
import { plainBlock } from "./header-block.ts";

export interface ConnectedServer extends AsyncDisposable {
  readonly server: RecordedServer;
  readonly peer: FramePeer;
}

/** A server of our own HTTP/2 with one client, played by the test, which has acknowledged its SETTINGS. */
export async function connectedServer(
  onCall: (call: RecordedCall) => void = () => {},
  limits: Partial<ServerLimits> = {},
): Promise<ConnectedServer> {
  const server = await RecordedServer.start(createOwnServerCarrier, onCall, limits);
  const peer = await connectFramePeer(server.port);
  peer.send(rawFrame(FrameType.SETTINGS, Flag.ACK, 0));
  await peer.frame({ type: FrameType.SETTINGS, flags: Flag.ACK });
  return {
    server,
    peer,
    async [Symbol.asyncDispose]() {
      peer.socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

export const requestHead: Buffer = plainBlock(":method", "POST", ":scheme", "http", ":path", "/a", ":authority", "a");

/** A request without a body. */
export function requestFrame(id: number): Buffer {
  return rawFrame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, id, requestHead);
}

/** The beginning of a request that goes on. */
export function begunFrame(id: number): Buffer {
  return rawFrame(FrameType.HEADERS, Flag.END_HEADERS, id, requestHead);
}

/** A stream is given up. */
export function cancelFrame(id: number): Buffer {
  return rawFrame(FrameType.RST_STREAM, 0, id, word(ErrorCode.CANCEL));
}

/** The first ids of a client's streams. */
export function streamIds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i * 2 + 1);
}

/** The whole of a small reply. */
export function answerCall({ stream }: RecordedCall): void {
  stream.unary({ headers: replyHeaders, body: Buffer.from("x"), trailers: okTrailers });
}

/** The GOAWAY that a connection ends with. */
export async function serverGoaway({ peer }: ConnectedServer): Promise<{ code: number; lastId: number }> {
  const { payload } = await peer.frame({ type: FrameType.GOAWAY });
  await peer.closed();
  return { lastId: payload.readUInt32BE(0), code: payload.readUInt32BE(4) };
}

/** The code that a stream was reset with. */
export async function serverReset({ peer }: ConnectedServer, id: number): Promise<number> {
  return (await peer.frame({ type: FrameType.RST_STREAM, id })).payload.readUInt32BE();
}
