import { carriersOf } from "../http2/carriers.ts";
import { minWindowBytes, atLeast as numberAtLeast } from "../limit.ts";
import { Channel, type ChannelSettings } from "./channel.ts";
import type { CallSettings } from "./client-method.ts";
import type { Keepalive } from "./connection.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { ClientKeepaliveOptions, GrpcTransportOptions } from "./options.ts";
import { DiscoveredTarget, FixedTarget, type Target } from "./target.ts";

const ownUserAgent = "grpc-kratos-ts";
const mebibyte = 1024 * 1024;

/** Options with their defaults, as the calls of a transport use them. Throws an Error for what can't be right. */
export function callSettings(options: GrpcTransportOptions): CallSettings {
  const { codec = "proto", middleware = [], sendCompression, userAgent } = options;
  return {
    target: targetOf(options),
    middleware,
    codec,
    gzip: sendCompression === "gzip",
    acceptEncoding: options.acceptCompression ?? sendCompression,
    maxMessageBytes: atLeast(1, { maxMessageBytes: options.maxMessageBytes ?? 4 * mebibyte }),
    streamIdleTimeoutMs: atLeast(0, { streamIdleTimeoutMs: options.streamIdleTimeoutMs ?? 0 }),
    authority: options.authority,
    userAgent: userAgent === undefined ? ownUserAgent : `${userAgent} ${ownUserAgent}`,
  };
}

function targetOf(options: GrpcTransportOptions): Target {
  const endpoint = parseEndpoint(options.endpoint, { tls: options.tls !== undefined });
  if ("address" in endpoint) {
    const { address } = endpoint;
    return new FixedTarget(new Channel(address, channelSettings(options)));
  }
  const { resolver } = options;
  if (resolver === undefined) {
    const advice = "give it a resolver: createResolver of @kratos-ts/selector makes one";
    throw new Error(`endpoint ${JSON.stringify(endpoint.discover)} can't be resolved; ${advice}`);
  }
  const picker = resolver.resolve(endpoint.discover, { scheme: "grpc", secure: options.tls !== undefined });
  return new DiscoveredTarget(endpoint.discover, picker, channelSettings(options));
}

function channelSettings(options: GrpcTransportOptions): ChannelSettings {
  const { sessions = 2, connectTimeoutMs = 20_000, waitForReady = false, maxQueuedCalls = 1000, keepalive } = options;
  return {
    connect: carriersOf(options.http2 ?? "own", "createGrpcTransport").connect,
    limits: {
      maxHeaderBytes: atLeast(1024, { maxHeaderBytes: options.maxHeaderBytes ?? 16 * 1024 }),
      streamWindowBytes: atLeast(minWindowBytes, { streamWindowBytes: options.streamWindowBytes ?? mebibyte }),
      sessionWindowBytes: atLeast(minWindowBytes, { sessionWindowBytes: options.sessionWindowBytes ?? 4 * mebibyte }),
    },
    tls: options.tls,
    connectTimeoutMs: atLeast(1, { connectTimeoutMs }),
    keepalive: keepalive === undefined ? undefined : keepaliveSettings(keepalive),
    sessions: atLeast(1, { sessions }),
    waitForReady,
    maxQueuedCalls: atLeast(0, { maxQueuedCalls }),
    backoff: options.backoff,
  };
}

function keepaliveSettings({
  intervalMs,
  timeoutMs = 20_000,
  withoutCalls = false,
}: ClientKeepaliveOptions): Keepalive {
  return {
    intervalMs: atLeast(1, { "keepalive.intervalMs": intervalMs }),
    timeoutMs: atLeast(1, { "keepalive.timeoutMs": timeoutMs }),
    withoutCalls,
  };
}

/** The number of an option, when it is in its range. */
export function atLeast(least: number, named: Readonly<Record<string, number>>): number {
  return numberAtLeast(least, named, "createGrpcTransport");
}
