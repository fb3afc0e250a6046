import { type CompiledCodec, type ErrorStatus, KratosError, type MessageCodec } from "@kratos-ts/core";
import { StatusSchema } from "@kratos-ts/core/proto/errors/errors_pb.js";
import type { CodecRegistry } from "../codec/codec-set.ts";

/** What an error is made of. */
export interface ErrorReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly location: string | undefined;
  readonly body: Uint8Array;
}

export type ErrorDecoder = (reply: ErrorReply) => KratosError;

/**
 * Makes errors of replies outside of 200…299: the code is the status, the rest is in the body. One that can't be read
 * gives reason "" and says why in its cause.
 */
export function createErrorDecoder(codecs: CodecRegistry): ErrorDecoder {
  const compiled = new Map<MessageCodec, CompiledCodec>();
  return (reply) => {
    const code = reply.status;
    try {
      if (reply.body.length === 0) throw new Error(emptyReply(reply));
      const { codec } = codecs.forContentType(reply.contentType) ?? codecs.fallback;
      let found = compiled.get(codec);
      if (found === undefined) {
        found = codec.compile(StatusSchema);
        compiled.set(codec, found);
      }
      const status = found.decode(reply.body) as ErrorStatus;
      return KratosError.fromStatus({ ...status, code });
    } catch (cause) {
      return new KratosError({ code, cause: reply.body.length === 0 ? cause : notAnError(reply, cause) });
    }
  };
}

function emptyReply({ status, location }: ErrorReply): string {
  if (location !== undefined) return `the server redirects to ${location}, which a client does not follow`;
  return `the server replied with status ${status} and no body`;
}

function notAnError({ contentType, body }: ErrorReply, cause: unknown): Error {
  const start = new TextDecoder().decode(body.subarray(0, 200));
  return new Error(`the body (${contentType ?? "without a content type"}) is no Kratos error: ${start}`, { cause });
}
