import type { Message } from "@bufbuild/protobuf";
import { KratosError } from "@kratos-ts/core";
import { messageOf } from "../client/method-plan.ts";
import { mergedHeaders } from "../client/request-headers.ts";
import { firstOf, iterate } from "../client/stream/stream-requests.ts";
import { compileWebSocket } from "../client/stream/websocket-plan.ts";
import { leave } from "../stream/leave.ts";
import type { FetchStreamCall } from "./fetch-carrier.ts";
import { WebSocketStream } from "./web-socket-stream.ts";

/** Makes a client-streaming call, and gives its reply, or a bidirectional one, and gives its replies. Throws a KratosError. */
export async function callWebSocket(requests: unknown, call: FetchStreamCall): Promise<unknown> {
  const { method } = call.transporter.plan;
  // No header says which codec the messages have: servers take them for this one.
  const plan = compileWebSocket(call.transporter.plan, { ...call.settings, codec: "protojson" });
  const iterator = iterate(requests, method.name);
  const first = plan.needsFirst ? await firstOf(iterator, call.context) : undefined;
  const message = (value: unknown): Message => messageOf(method.input, value);
  let stream: WebSocketStream;
  try {
    const path = call.peer.basePath + plan.path(first?.done === false ? message(first.value) : undefined);
    stream = new WebSocketStream(call, { path, ws: openSocket(call, path), requests: iterator, decode: plan.decode });
  } catch (error) {
    leave(iterator);
    throw error;
  }
  call.transporter.exchange = stream;
  await stream.opened;
  void stream.send(first, (value) => plan.encode(message(value)));
  return method.methodKind === "client_streaming" ? stream.single() : stream.replies;
}

function openSocket({ peer, transporter }: FetchStreamCall, path: string): WebSocket {
  const url = peer.name.replace(/^http/, "ws") + path;
  const headers = mergedHeaders([], transporter.ownHeader);
  if (peer.openWebSocket !== undefined) {
    const type = "application/protojson";
    const own = headers.flatMap((name, i): [string, string][] =>
      i % 2 === 0 ? [[name, headers[i + 1] as string]] : [],
    );
    return peer.openWebSocket(url, new Headers([["accept", type], ["content-type", type], ...own]));
  }
  if (headers.length === 0) return new WebSocket(url);
  const names = headers.filter((_, i) => i % 2 === 0).join(", ");
  throw new KratosError({
    code: 400,
    message: `${transporter.operation} goes over a WebSocket, which can't send headers here (${names}): leave them out, or set openWebSocket`,
  });
}
