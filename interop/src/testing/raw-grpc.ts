import { once } from "node:events";
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";

export interface RawGrpcCall {
  /** `/package.Service/Method` */
  readonly path: string;
  /** The messages, without their frames. */
  readonly messages: readonly Uint8Array[];
  readonly headers?: OutgoingHttpHeaders | undefined;
}

export interface RawGrpcReply {
  readonly headers: IncomingHttpHeaders;
  /** Those of a trailers-only reply are its headers. */
  readonly trailers: IncomingHttpHeaders;
  readonly messages: Buffer[];
}

/** Makes a gRPC call over HTTP/2 without any gRPC library. */
export async function sendRawGrpc(endpoint: string, { path, messages, headers }: RawGrpcCall): Promise<RawGrpcReply> {
  const session = connect(endpoint.replace("grpc:", "http:"));
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    const trailers = Promise.withResolvers<IncomingHttpHeaders | undefined>();
    stream.on("trailers", trailers.resolve);
    stream.on("end", () => trailers.resolve(undefined));
    stream.end(Buffer.concat(messages.map(grpcFrame)));
    const [replyHeaders] = (await once(stream, "response")) as [IncomingHttpHeaders];
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return {
      headers: replyHeaders,
      trailers: (await trailers.promise) ?? replyHeaders,
      messages: unframe(Buffer.concat(chunks)),
    };
  } finally {
    session.close();
  }
}

/** A message with the five bytes before it that gRPC has. */
export function grpcFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function unframe(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    messages.push(bytes.subarray(at + 5, end));
    at = end;
  }
  return messages;
}
