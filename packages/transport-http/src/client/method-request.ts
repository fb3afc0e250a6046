import type { DescMethod, Message } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { compileFieldPath } from "../codec/field-path.ts";
import { encodeQuery, type MessageInit } from "../codec/query/encode-query.ts";
import { getField, setField } from "../message-field.ts";
import type { HttpBinding } from "../rule/http-rule.ts";
import type { CalledServer, Dialect } from "./called-server.ts";
import { fieldsBeyondQuery } from "./query-fit.ts";
import { type BodyOptions, compileRequestBody, compileWholeBody } from "./request-body.ts";
import { compileRequestPath, type PathBuilder } from "./request-path.ts";

/** The parts of a request that come from its message. */
export interface EncodedRequest {
  /** Path and query. */
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array | string | null;
  /** What not every server reads, if the request has something of the kind. */
  readonly dialect: Dialect | undefined;
}

/** Encodes the requests of one method, in the way that `peer` reads. Throws a KratosError 400 `CODEC`. */
export type RequestEncoder = (message: Message, peer: CalledServer) => EncodedRequest;

export function compileRequest(method: DescMethod, binding: HttpBinding, options: BodyOptions): RequestEncoder {
  if (!binding.declared) return compileUndeclared(method, binding, options);
  const target = compileTarget(method, binding);
  const encode = compileRequestBody(method, binding, options);
  if (encode === undefined)
    return (message) => ({ path: target(message), contentType: undefined, body: null, dialect: undefined });
  return (message, peer) => {
    const { contentType, bytes, dialect } = encode(message, peer);
    return { path: target(message), contentType, body: bytes, dialect };
  };
}

/** Prepares path and query: of the fields that are in neither path nor body. */
export function compileTarget(method: DescMethod, binding: HttpBinding): PathBuilder {
  const { input } = method;
  const path = compileRequestPath(input, binding.template);
  if (!binding.query || input.fields.length === 0) return path;
  const skip = new Set(binding.template.variables.map((variable) => compileFieldPath(input, variable.field).path));
  if (typeof binding.body === "object") skip.add(binding.body.name);
  return (message) => withQuery(path(message), encodeQuery(input, message as unknown as MessageInit, skip));
}

// Node's servers take 16 KiB of headers by default, the request line included; Go's take 1 MiB.
const longQueryBytes = { from: 8 * 1024, to: 512 * 1024 };

/**
 * Without a rule the fields travel as query, since Go servers read nothing else there. What no query can carry goes
 * into the body, which servers of ours read too; so does everything when the server finds the query too long.
 */
function compileUndeclared(method: DescMethod, binding: HttpBinding, options: BodyOptions): RequestEncoder {
  const { input } = method;
  const target = compileRequestPath(input, binding.template);
  const encodeBody = compileWholeBody(input, options);
  return (message, peer) => {
    const path = target(message);
    const beyond = fieldsBeyondQuery(input, message);
    const text = encodeQuery(input, message as unknown as MessageInit, new Set(beyond.map((field) => field.name)));
    const isLong = text.length > longQueryBytes.from && text.length < longQueryBytes.to;
    if (isLong && peer.reads.longQuery === false) {
      const { contentType, bytes } = encodeBody(message, peer);
      return { path, contentType, body: bytes, dialect: undefined };
    }
    const dialect = isLong ? "longQuery" : undefined;
    if (beyond.length === 0) return { path: withQuery(path, text), contentType: undefined, body: null, dialect };
    const rest = create(input);
    for (const field of beyond) setField(rest, field, getField(message, field));
    const { contentType, bytes } = encodeBody(rest, peer);
    return { path: withQuery(path, text), contentType, body: bytes, dialect };
  };
}

function withQuery(path: string, query: string): string {
  return query === "" ? path : `${path}?${query}`;
}
