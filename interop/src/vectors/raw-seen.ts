import { fromBinary, fromJson, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { Echo, type SeenReply, SeenReplySchema } from "../gen/interop/v1/interop_pb.ts";
import { sendRawGrpc } from "../testing/raw-grpc.ts";
import { sendRawHttp } from "../testing/raw-http.ts";

/** A call of `Seen` or `Relay` without any client of ours: what the server has seen then. */
export interface RawSeen {
  /** `http://…` or `grpc://…` */
  readonly endpoint: string;
  readonly headers: readonly (readonly [string, string])[];
  /** What `Relay` is to be called with; undefined for `Seen`. */
  readonly relay?: { readonly endpoint: string } | undefined;
}

export function rawSeen(call: RawSeen): Promise<SeenReply> {
  return call.endpoint.startsWith("http:") ? overHttp(call) : overGrpc(call);
}

async function overHttp({ endpoint, headers, relay }: RawSeen): Promise<SeenReply> {
  const { status, body } = await sendRawHttp(endpoint, {
    method: relay === undefined ? "GET" : "POST",
    path: relay === undefined ? "/v1/seen" : "/v1/relay",
    headers: [["Accept", "application/proto"], ["Content-Type", "application/json"], ...headers],
    body: relay && JSON.stringify(relay),
  });
  if (status !== 200) throw new Error(`${endpoint} answered ${status}: ${body}`);
  return fromBinary(SeenReplySchema, body);
}

async function overGrpc({ endpoint, headers, relay }: RawSeen): Promise<SeenReply> {
  const method = relay === undefined ? Echo.method.seen : Echo.method.relay;
  const lists: Record<string, string[]> = {};
  // Raw, but HTTP/2 has no names in capitals.
  for (const [name, value] of headers) {
    lists[name.toLowerCase()] ??= [];
    lists[name.toLowerCase()]?.push(value);
  }
  const { trailers, messages } = await sendRawGrpc(endpoint, {
    path: `/${Echo.typeName}/${method.name}`,
    messages: [toBinary(method.input, fromJson(method.input, (relay ?? {}) as JsonValue))],
    headers: lists,
  });
  const [message] = messages;
  if (message === undefined) throw new Error(`${endpoint} ended with status ${trailers["grpc-status"]}`);
  return fromBinary(SeenReplySchema, message);
}

/** The values that were seen under each name. */
export function seenLists(of: SeenReply["headers"]): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(of).map(([name, { values }]) => [name, values]));
}
