import { createClient } from "@connectrpc/connect";
import type { Discovery } from "@kratos-ts/core";
import { createResolver, type ResolverOptions } from "@kratos-ts/selector";
import { createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { Who } from "./gen/discovery/v1/who_pb.ts";

export interface WhoClientOptions extends Omit<ResolverOptions, "discovery"> {
  readonly discovery: Discovery;
  readonly over: "http" | "grpc";
  /** Default "who". */
  readonly name?: string;
}

export interface WhoClient extends AsyncDisposable {
  /** The id of the instance that answered. */
  ask(options?: { delayMs?: number; timeoutMs?: number }): Promise<string>;
}

/** Calls whatever instances are registered under a name. */
export function createWhoClient({ over, name = "who", ...resolverOptions }: WhoClientOptions): WhoClient {
  const options = { endpoint: `discovery:///${name}`, resolver: createResolver(resolverOptions) };
  const transport = over === "http" ? createHttpTransport(options) : createGrpcTransport(options);
  const client = createClient(Who, transport);
  return {
    ask: async ({ delayMs = 0, timeoutMs } = {}) => (await client.ask({ delayMs }, { timeoutMs })).id,
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
