import { KratosError } from "@kratos-ts/core";
import { StatusSchema } from "@kratos-ts/core/proto/errors/errors_pb.js";
import type { HttpCall } from "./http-call.ts";
import { rawHeaders } from "./raw-headers.ts";
import { locationOf, Redirect, redirectNote } from "./redirect.ts";
import { type Reply, writeReply } from "./reply.ts";

/** Writes an error (or a redirect) as the reply of a call that is over; never throws. */
export function writeError(call: HttpCall, thrown: unknown): void {
  const error = KratosError.from(thrown);
  try {
    writeReply(call, error instanceof Redirect ? redirectReply(call, error) : errorReply(call, error));
  } catch (cause) {
    call.core.options.logger.error("an error reply could not be written", { operation: call.operation, error, cause });
    call.response.destroy();
  }
}

function errorReply(call: HttpCall, error: KratosError): Reply {
  const { codecs, envelope } = call.core;
  const { codec, contentType } = codecs.forAccept(rawHeaders(call.request.rawHeaders, "accept"));
  const type = envelope?.errorType ?? StatusSchema;
  const status = envelope?.errorStatus ?? statusOf(error);
  return { status, contentType, body: codec.compile(type).encode(error.toStatus()) };
}

function redirectReply(call: HttpCall, { url, code }: Redirect): Reply {
  const location = locationOf(url, call.request.url as string);
  call.replyHeader.set("location", location);
  const readable = call.requestMethod === "GET" || call.requestMethod === "HEAD";
  return readable
    ? { status: code, contentType: "text/html; charset=utf-8", body: redirectNote(location, code) }
    : { status: code, contentType: "", body: "" };
}

// Codes that are no final status of HTTP would break the reply.
function statusOf({ code }: KratosError): number {
  return Number.isInteger(code) && code >= 200 && code <= 999 ? code : 500;
}
