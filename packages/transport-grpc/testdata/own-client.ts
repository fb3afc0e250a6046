import type { ClientCarrierFactory } from "../src/http2/carrier.ts";
import { connectOwnClient } from "../src/http2/own/client-session.ts";
import { Flag, FrameType } from "../src/http2/own/protocol.ts";
import { RecordedSession } from "./carrier-client.ts";
import { type FramePeer, type FrameServer, rawFrame, settingsPayload, startFrameServer } from "./frame-peer.ts";
import { plainBlock } from "./header-block.ts";

export interface ConnectedClient extends AsyncDisposable {
  readonly session: RecordedSession;
  readonly peer: FramePeer;
  readonly server: FrameServer;
}

/** A session of our own HTTP/2 whose server, played by the test, has sent these SETTINGS and acknowledged ours. */
export async function connectedClient(
  settings: ReadonlyArray<readonly [number, number]> = [],
  connect: ClientCarrierFactory = connectOwnClient,
): Promise<ConnectedClient> {
  const server = await startFrameServer();
  const session = new RecordedSession(connect, { address: server.address });
  const peer = await server.peer();
  peer.send(rawFrame(FrameType.SETTINGS, 0, 0, settingsPayload(settings)), rawFrame(FrameType.SETTINGS, Flag.ACK, 0));
  await session.heard("connect");
  return {
    session,
    peer,
    server,
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The GOAWAY that a connection ends with. */
export async function goawayOf({ peer, session }: ConnectedClient): Promise<{ code: number; debug: string }> {
  const { payload } = await peer.frame({ type: FrameType.GOAWAY });
  await session.heard("close");
  return { code: payload.readUInt32BE(4), debug: payload.subarray(8).toString() };
}

export const status200: Buffer = Buffer.from([0x88]);

/** The header block of a reply that goes on. */
export function replyFrame(id: number): Buffer {
  return rawFrame(FrameType.HEADERS, Flag.END_HEADERS, id, status200);
}

/** The end of a reply that went well. */
export function trailersFrame(id: number): Buffer {
  return rawFrame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, id, plainBlock("grpc-status", "0"));
}

/** The same frame many times. */
export function repeated(count: number, frame: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => frame));
}
