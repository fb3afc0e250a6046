import type { KratosError } from "@kratos-ts/core";
import { acceptEncoding } from "../compression.ts";
import type { ServerStream, StreamHandler } from "../http2/carrier.ts";
import { appendStatus, plainStatus } from "../status.ts";
import type { ContentType, RequestHead } from "./request-head.ts";

/** Hears of a stream that was answered already, and does nothing. */
const ignored: StreamHandler = { onData() {}, onEnd() {}, onDrain() {}, onReset() {} };

/** What a request is told that is no call: 404 for a path that has no method, 405 for another verb, 415 for another content type. */
export function refusalOf(method: string, known: boolean): readonly string[] {
  if (!known) return [":status", "404"];
  return method === "POST"
    ? [":status", "415", "accept-post", "application/grpc"]
    : [":status", "405", "allow", "POST"];
}

/** Answers a request that is no call, in plain HTTP. */
export function refuseRequest(stream: ServerStream, { method }: RequestHead, known: boolean): StreamHandler {
  stream.headersOnly(refusalOf(method, known));
  return ignored;
}

/** Answers a request that is no gRPC call, and whose headers are too large. */
export function refuseHeaders(stream: ServerStream): StreamHandler {
  stream.headersOnly([":status", "431"]);
  return ignored;
}

/** Answers a gRPC call that never becomes one: trailers-only, without a detail. */
export function refuseCall(refused: {
  stream: ServerStream;
  contentType: ContentType;
  error: KratosError;
}): StreamHandler {
  const { stream, contentType, error } = refused;
  // A caller whose compression is unknown is to be told what it may use (gRPC compression, "UNIMPLEMENTED").
  const headers = [...contentType.headers, "grpc-accept-encoding", acceptEncoding];
  appendStatus(headers, plainStatus(error));
  stream.headersOnly(headers);
  return ignored;
}
