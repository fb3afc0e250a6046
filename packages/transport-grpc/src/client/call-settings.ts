import { connectNodeClient } from "../http2/node-client.ts";
import { Channel, type ChannelSettings } from "./channel.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { GrpcTransportOptions } from "./options.ts";
import { DiscoveredTarget, FixedTarget, type Target } from "./target.ts";
import type { CallSettings } from "./unary-method.ts";

const ownUserAgent = "grpc-kratos-ts";
const mebibyte = 1024 * 1024;

/** Options with their defaults, as the calls of a transport use them. Throws an Error for what can't be right. */
export function callSettings(options: GrpcTransportOptions): CallSettings {
  const { codec = "proto", middleware = [], maxMessageBytes = 4 * mebibyte, sendCompression, userAgent } = options;
  return {
    target: targetOf(options),
    middleware,
    codec,
    gzip: sendCompression === "gzip",
    acceptEncoding: options.acceptCompression ?? sendCompression,
    maxMessageBytes,
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
  const { sessions = 2, connectTimeoutMs = 20_000, waitForReady = false, maxQueuedCalls = 1000 } = options;
  return {
    connect: connectNodeClient,
    limits: {
      maxHeaderBytes: options.maxHeaderBytes ?? 16 * 1024,
      streamWindowBytes: mebibyte / 4,
      sessionWindowBytes: mebibyte,
    },
    tls: options.tls,
    connectTimeoutMs,
    keepalive: options.keepalive,
    sessions: Math.max(sessions, 1),
    waitForReady,
    maxQueuedCalls,
    backoff: options.backoff,
  };
}
