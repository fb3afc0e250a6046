import type { Message } from "@bufbuild/protobuf";
import { KratosError } from "@kratos-ts/core";
import type { CalledServer } from "./called-server.ts";
import type { ClientTransporter } from "./client-transporter.ts";
import type { EncodedRequest } from "./method-request.ts";

export interface EncodeOptions {
  readonly peer: CalledServer;
  readonly transporter: ClientTransporter;
}

/** Encodes a request. Throws a KratosError 400 `CODEC` that says why it can't be written. */
export function encodeRequest(message: Message, { peer, transporter }: EncodeOptions): EncodedRequest {
  return orCodecError(() => transporter.plan.encode(message, peer));
}

/** What `encode` gives. What it throws becomes a KratosError 400 `CODEC`. */
export function orCodecError<T>(encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    if (error instanceof KratosError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const message = `the request can't be written: ${why}`;
    throw new KratosError({ code: 400, reason: "CODEC", message, cause: error });
  }
}
