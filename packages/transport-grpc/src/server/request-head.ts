import type { MessageCodecs } from "../message-codec.ts";

/** What a request's header block says to the transport. */
export interface RequestHead {
  /** The block itself. */
  readonly headers: string[];
  /** Its size in bytes as RFC 9113 §6.5.2 counts. */
  readonly size: number;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly contentType: string;
  /** `grpc-timeout`. */
  readonly timeout: string | undefined;
  /** `grpc-encoding`. */
  readonly encoding: string | undefined;
  /** `grpc-accept-encoding`. */
  readonly acceptEncoding: string | undefined;
}

/** One pass over the header list for all that the transport itself needs. */
export function readHead(headers: string[]): RequestHead {
  let size = 0;
  let method = "";
  let path = "";
  let authority = "";
  let contentType = "";
  let timeout: string | undefined;
  let encoding: string | undefined;
  let acceptEncoding: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1] as string;
    const name = headers[i] as string;
    size += name.length + value.length + 32;
    switch (name) {
      case ":method":
        method = value;
        break;
      case ":path":
        path = value;
        break;
      case ":authority":
        authority = value;
        break;
      case "content-type":
        contentType = value;
        break;
      case "grpc-timeout":
        timeout = value;
        break;
      case "grpc-encoding":
        encoding = value;
        break;
      case "grpc-accept-encoding":
        acceptEncoding = value;
        break;
    }
  }
  return { headers, size, method, path, authority, contentType, timeout, encoding, acceptEncoding };
}

/** A gRPC content type that is served, and what a call of it needs. */
export interface ContentType {
  readonly codec: keyof MessageCodecs;
  /** What every reply begins with. */
  readonly headers: readonly string[];
  /** The same for a reply that may be compressed. */
  readonly gzipHeaders: readonly string[];
}

const contentTypes = new Map<string, ContentType>([
  ["application/grpc", contentType("application/grpc", "proto")],
  ["application/grpc+proto", contentType("application/grpc+proto", "proto")],
  ["application/grpc+json", contentType("application/grpc+json", "json")],
]);

/** Undefined for a content type that is not served; parameters and case do not count. */
export function contentTypeOf(value: string): ContentType | undefined {
  return contentTypes.get(value) ?? contentTypes.get((value.split(";", 1)[0] as string).trim().toLowerCase());
}

function contentType(value: string, codec: keyof MessageCodecs): ContentType {
  const headers = Object.freeze([":status", "200", "content-type", value]);
  return { codec, headers, gzipHeaders: Object.freeze([...headers, "grpc-encoding", "gzip"]) };
}
