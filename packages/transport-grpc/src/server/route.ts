import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  chain,
  type Handler,
  KratosError,
  type Middleware,
  operationOf,
  type Service,
  type ServiceContext,
} from "@kratos-ts/core";
import { createMessageCodecs, type MessageCodecs } from "../message-codec.ts";

/** One method that can be called: all that does not change from call to call. */
export interface Route {
  /** `/package.Service/Method`. */
  readonly operation: string;
  readonly method: DescMethod;
  /** Whether one side or both send a stream of messages. */
  readonly streams: boolean;
  /** Serves the server itself: a stop does not wait for its streams. */
  readonly internal: boolean;
  /** The implementation within the middleware. */
  readonly handler: Handler;
  readonly codecs: MessageCodecs;
}

export interface RouteOptions<S extends DescService> {
  readonly service: S;
  readonly implementation: Partial<Service<S>>;
  readonly middleware: readonly Middleware[];
  readonly internal?: boolean | undefined;
}

/** The routes of a service: one for each of its methods, those that are not implemented too. */
export function routesOf<S extends DescService>(options: RouteOptions<S>): Route[] {
  const { service, implementation, middleware, internal = false } = options;
  const around = chain(...middleware);
  return service.methods.map((method) => {
    const operation = operationOf(method);
    const implemented = implementation[method.localName as keyof S["method"]];
    const inner =
      implemented === undefined ? unimplemented(operation) : handlerOf(implemented as Implemented, implementation);
    const { methodKind } = method;
    const streamsReplies = methodKind === "server_streaming" || methodKind === "bidi_streaming";
    const handler = around(streamsReplies ? withStream(inner, operation) : inner, {
      operation,
      kind: "grpc",
      side: "server",
      method,
    });
    return {
      operation,
      method,
      streams: methodKind !== "unary",
      internal,
      handler,
      codecs: createMessageCodecs({ decodes: method.input, encodes: method.output }),
    };
  });
}

type Implemented = (request: unknown, ctx: ServiceContext) => unknown;

function handlerOf(implemented: Implemented, implementation: object): Handler {
  return (request, ctx) => {
    try {
      return Promise.resolve(implemented.call(implementation, request, ctx as ServiceContext));
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

// Said where it is known whose fault it is.
function withStream(handler: Handler, operation: string): Handler {
  return async (request, ctx) => {
    const reply = await handler(request, ctx);
    if (isAsyncIterable(reply)) return reply;
    throw new TypeError(`the implementation of ${operation} did not return an AsyncIterable`);
  };
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator] === "function";
}

/** The error of a method that is registered and left out: the transport's own, which is sent without a detail. */
export class UnimplementedError extends KratosError {
  constructor(operation: string) {
    super({ code: 501, message: `${operation} is not implemented` });
  }
}

function unimplemented(operation: string): Handler {
  return () => Promise.reject(new UnimplementedError(operation));
}
