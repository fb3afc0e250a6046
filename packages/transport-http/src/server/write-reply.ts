import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { KratosError } from "@kratos-ts/core";
import { emptyMessage } from "../codec/empty-value.ts";
import { getField } from "../message-field.ts";
import type { Envelope } from "./envelope.ts";
import { isHttpBody, type RawBody } from "./http-body.ts";
import type { HttpCall } from "./http-call.ts";
import { rawHeaders } from "./raw-headers.ts";
import { Redirect } from "./redirect.ts";

/** Writes what a handler gave, a message or an init of one. */
export type ReplyWriter = (call: HttpCall, reply: unknown) => void;

/** Compiles the writing of replies of one type, or of the one field that is the whole body. */
export function compileReplyWriter(
  output: DescMessage,
  field: DescField | undefined,
  envelope: Envelope | undefined,
): ReplyWriter {
  const write = compileValueWriter(field ?? output, envelope);
  return (call, reply) => {
    if (reply instanceof Redirect) throw reply;
    if (typeof reply !== "object" || reply === null)
      throw new KratosError({ message: `${call.operation} gave ${reply} for a reply, not a ${output.typeName}` });
    write(call, field === undefined ? reply : getField(reply, field));
  };
}

function compileValueWriter(type: DescMessage | DescField, envelope: Envelope | undefined): ReplyWriter {
  if (isHttpBody(type.kind === "message" ? type : type.message)) return writeRaw;
  if (envelope === undefined) return compileEncoder(type);
  const around = envelope.compile(type);
  const write = compileEncoder(around.type);
  return (call, value) => write(call, around.wrap(value));
}

function compileEncoder(type: DescMessage | DescField): ReplyWriter {
  // An absent message is written as the empty one.
  const message = type.kind === "field" && type.fieldKind === "message" ? type.message : undefined;
  const writeMessage = message && compileEncoder(message);
  return (call, value) => {
    if (value === undefined && writeMessage !== undefined) return writeMessage(call, emptyMessage(message!));
    const { codec, contentType } = call.core.codecs.forAccept(rawHeaders(call.request.rawHeaders, "accept"));
    call.send(200, contentType, codec.compile(type).encode(value));
  };
}

function writeRaw(call: HttpCall, value: unknown): void {
  const { contentType, data } = (value ?? {}) as RawBody;
  call.send(200, headerValue(contentType || "application/octet-stream"), data ?? "");
}

// A message's text may hold what no header can: control characters become spaces, as in Go, and all else travels as UTF-8.
function headerValue(text: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  return Buffer.from(text.replace(/[^\t\P{Cc}]/gu, " ")).toString("latin1");
}
