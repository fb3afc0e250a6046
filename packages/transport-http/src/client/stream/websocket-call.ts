import { connect, isIP, type NetConnectOpts } from "node:net";
import type { ConnectionOptions as TlsConnectOptions } from "node:tls";
import type { Message } from "@bufbuild/protobuf";
import type { ClientOptions } from "ws";
import { leave } from "../../stream/leave.ts";
import type { HttpTransportTlsOptions } from "../http-transport.ts";
import { messageOf } from "../method-plan.ts";
import { mergedHeaders } from "../request-headers.ts";
import { headerObject } from "./header-object.ts";
import { readOnAfterRefusedWrites } from "./patient-socket.ts";
import { type PeerPlace, placeOf } from "./peer-place.ts";
import type { StreamCall } from "./stream-call.ts";
import { firstOf, iterate } from "./stream-requests.ts";
import { compileWebSocket, type WebSocketPlan } from "./websocket-plan.ts";
import { WebSocketStream } from "./websocket-stream.ts";

/** Makes a client-streaming call, and gives its reply, or a bidirectional one, and gives its replies. Throws a KratosError. */
export async function callWebSocket(requests: unknown, call: StreamCall): Promise<Message | AsyncIterable<Message>> {
  const { method } = call.transporter.plan;
  const plan = compileWebSocket(call.transporter.plan, call.settings);
  const iterator = iterate(requests, method.name);
  const first = plan.needsFirst ? await firstOf(iterator, call.context) : undefined;
  const message = (value: unknown): Message => messageOf(method.input, value);
  const stream = await open(call, { plan, iterator, first: first?.done === false ? message(first.value) : undefined });
  call.transporter.exchange = stream;
  await stream.opened;
  void stream.send(first, (value) => plan.encode(message(value)));
  return method.methodKind === "client_streaming" ? stream.single() : stream.replies;
}

interface OpenInit {
  readonly plan: WebSocketPlan;
  readonly iterator: AsyncIterator<unknown>;
  readonly first: Message | undefined;
}

async function open(call: StreamCall, { plan, iterator, first }: OpenInit): Promise<WebSocketStream> {
  try {
    const path = call.peer.basePath + plan.path(first);
    // Loaded for those who need it alone.
    const { WebSocket } = await import("ws");
    const { url, options } = handshakeOf(call, plan, path);
    return new WebSocketStream(call, { plan, path, ws: new WebSocket(url, options), requests: iterator });
  } catch (error) {
    leave(iterator);
    throw error;
  }
}

// How long a server gets to answer a close frame.
const closeTimeoutMs = 5000;

function handshakeOf(call: StreamCall, plan: WebSocketPlan, path: string): { url: string; options: ClientOptions } {
  const { peer, settings, transporter } = call;
  const { contentType } = plan.codec;
  const fixed = ["accept", contentType, "content-type", contentType, "user-agent", settings.userAgent];
  const { secure, ...at } = placeOf(peer, settings.tls);
  // What node tells the request by that it takes too long; ws ends that with the handshake.
  const place: SocketPlace = { ...at, timeout: peer.connectTimeoutMs };
  const headers = headerObject(mergedHeaders(fixed, transporter.ownHeader));
  const options: ClientOptions & { closeTimeout: number } = {
    ...settings.tls,
    // The types of ws know one value a name.
    headers: headers as Record<string, string>,
    // 0 would be no limit.
    maxPayload: Math.max(peer.maxBodyBytes, 1),
    handshakeTimeout: peer.connectTimeoutMs || undefined,
    closeTimeout: closeTimeoutMs,
    perMessageDeflate: false,
    // Go writes text frames whatever the codec.
    skipUTF8Validation: true,
  };
  // A socket file has no place in a URL.
  options.createConnection = () =>
    readOnAfterRefusedWrites(
      secure
        ? process.getBuiltinModule("node:tls").connect(tlsOptions(settings.tls, place))
        : connect(addressOf(place)),
    );
  return { url: `${secure ? "wss" : "ws"}://${peer.host}${path}`, options };
}

interface SocketPlace extends Omit<PeerPlace, "secure"> {
  /** In ms; 0: none. */
  readonly timeout: number;
}

function addressOf({ host, port, socketPath, timeout }: SocketPlace): NetConnectOpts {
  return socketPath === undefined ? { host, port: port as number, timeout } : { path: socketPath, timeout };
}

function tlsOptions(tls: HttpTransportTlsOptions | undefined, place: SocketPlace): TlsConnectOptions {
  // No name of a server may be an address (RFC 6066 §3).
  const servername = isIP(place.host) === 0 ? place.host : "";
  return { servername, ...tls, ...addressOf(place) };
}
