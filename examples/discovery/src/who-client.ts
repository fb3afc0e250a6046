import type { MessageShape } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { Discovery, Middleware } from "@kratos-ts/core";
import { createResolver, type ResolverOptions } from "@kratos-ts/selector";
import { createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { type AskReplySchema, Who } from "./gen/discovery/v1/who_pb.ts";

export interface WhoClientOptions extends Omit<ResolverOptions, "discovery"> {
  readonly discovery: Discovery;
  readonly over: "http" | "grpc";
  /** Default "who". */
  readonly name?: string;
  readonly middleware?: readonly Middleware[] | undefined;
}

export interface AskOptions {
  delayMs?: number;
  blockMs?: number;
  timeoutMs?: number;
}

export interface WhoClient extends AsyncDisposable {
  /** The id of the instance that answered. */
  ask(options?: AskOptions): Promise<string>;
  /** All that it answered. */
  reply(options?: AskOptions): Promise<MessageShape<typeof AskReplySchema>>;
}

/** Calls whatever instances are registered under a name. */
export function createWhoClient(options: WhoClientOptions): WhoClient {
  const { over, name = "who", middleware, ...resolverOptions } = options;
  const transportOptions = { endpoint: `discovery:///${name}`, resolver: createResolver(resolverOptions), middleware };
  const transport = over === "http" ? createHttpTransport(transportOptions) : createGrpcTransport(transportOptions);
  const client = createClient(Who, transport);
  const reply = ({ timeoutMs, ...request }: AskOptions = {}) => client.ask(request, { timeoutMs });
  return {
    reply,
    ask: async (asked) => (await reply(asked)).id,
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
