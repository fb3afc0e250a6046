import { describe, expect, it } from "vitest";
import { type ClientSession, type ClientSessionHandler, ResetCode } from "../http2/carrier.ts";
import { Channel, type ChannelSettings } from "./channel.ts";
import { parseEndpoint } from "./endpoint.ts";

/** A channel over a carrier that a test plays itself. */
function fakeChannel(settings: Partial<ChannelSettings> = {}) {
  const handlers: ClientSessionHandler[] = [];
  const session: ClientSession = {
    peer: undefined,
    openStreams: 0,
    ready: true,
    open: () => {
      throw new Error("no call opens a stream here");
    },
    hold() {},
    drain() {},
    destroy() {},
    ping: () => true,
  };
  const endpoint = parseEndpoint("grpc://127.0.0.1:9000", { tls: false });
  if (!("address" in endpoint)) throw new Error("an address was expected");
  const channel = new Channel(endpoint.address, {
    connect: ({ handler }) => {
      handlers.push(handler);
      return session;
    },
    limits: { maxHeaderBytes: 1, streamWindowBytes: 1, sessionWindowBytes: 1 },
    tls: undefined,
    connectTimeoutMs: 1000,
    keepalive: undefined,
    sessions: 1,
    waitForReady: false,
    maxQueuedCalls: 1,
    backoff: undefined,
    ...settings,
  });
  return { channel, handlers };
}

describe("a channel", () => {
  it("pings half as often after a server has asked for calm", () => {
    const { channel, handlers } = fakeChannel({
      keepalive: { intervalMs: 30_000, timeoutMs: 20_000, withoutCalls: false },
    });
    channel.start({ open() {}, fail() {} });
    expect(handlers).toHaveLength(1);
    handlers[0]!.onConnect();
    handlers[0]!.onGoaway(ResetCode.NO_ERROR);
    expect(channel.pingIntervalMs).toBe(30_000);
    channel.start({ open() {}, fail() {} });
    handlers[1]!.onConnect();
    handlers[1]!.onGoaway(ResetCode.ENHANCE_YOUR_CALM);
    expect(channel.pingIntervalMs).toBe(60_000);
    for (const handler of handlers) handler.onClose(undefined);
  });
});
