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
  /** The implementation within the middleware. */
  readonly handler: Handler;
  readonly codecs: MessageCodecs;
}

export interface RouteOptions<S extends DescService> {
  readonly service: S;
  readonly implementation: Partial<Service<S>>;
  readonly middleware: readonly Middleware[];
}

/** The routes of a service: one for each of its methods, those that are not implemented too. */
export function routesOf<S extends DescService>(options: RouteOptions<S>): Route[] {
  const { service, implementation, middleware } = options;
  const around = chain(...middleware);
  return service.methods.map((method) => {
    const operation = operationOf(method);
    const implemented = implementation[method.localName as keyof S["method"]];
    const inner =
      implemented === undefined ? unimplemented(operation) : handlerOf(implemented as Implemented, implementation);
    const handler = around(inner, { operation, kind: "grpc", side: "server", method });
    return {
      operation,
      method,
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

function unimplemented(operation: string): Handler {
  return () => Promise.reject(new KratosError({ code: 501, message: `${operation} is not implemented` }));
}
