import { type Client, createClient } from "@connectrpc/connect";
import { KratosError } from "@kratos-ts/core";
import { createGrpcTransport, type GrpcTransport } from "../src/client/grpc-transport.ts";
import type { GrpcTransportOptions } from "../src/client/options.ts";
import { carrierChoice } from "./carrier-choice.ts";
import { Echo } from "./gen/interop/v1/interop_pb.ts";

/** A client of `interop.v1.Echo`, closed with its transport. */
export interface EchoClient extends AsyncDisposable {
  readonly echo: Client<typeof Echo>;
  readonly transport: GrpcTransport;
}

export function echoClient(endpoint: string, options: Partial<GrpcTransportOptions> = {}): EchoClient {
  const transport = createGrpcTransport({ endpoint, ...carrierChoice, ...options });
  return {
    echo: createClient(Echo, transport),
    transport,
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** The KratosError that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<KratosError> {
  const outcome = await call.then(
    (reply) => new Error(`the call succeeded with ${JSON.stringify(reply)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof KratosError) return outcome;
  throw outcome;
}
