import type { DescMethod, Message } from "@bufbuild/protobuf";
import { type Context, chain, type Handler, KratosError, operationOf } from "@kratos-ts/core";
import { type HttpBinding, httpBindingsOf } from "../rule/http-rule.ts";
import { compileRequestReader } from "./read-request.ts";
import { collectBody } from "./request-body.ts";
import type { Route } from "./route.ts";
import type { ServerCore } from "./server-core.ts";
import { serveSse } from "./stream/sse-route.ts";
import { mustStream } from "./stream/stream-reply.ts";
import { serveWebSocket } from "./stream/websocket-route.ts";
import { compileReplyWriter } from "./write-reply.ts";

/** A method as its service implements it; undefined: it is left out. */
export type Implementation = ((request: never, context: never) => unknown) | undefined;

/** The routes of a method, one for each binding of its rule. */
export function compileMethod(
  method: DescMethod,
  implementation: Implementation,
  core: ServerCore,
): [HttpBinding, Route][] {
  const handler = chain(...core.options.middleware)(innermost(method, implementation), {
    operation: operationOf(method),
    kind: "http",
    side: "server",
    method,
  });
  const bindings = httpBindingsOf(method);
  // Streams without a rule are for gRPC alone.
  if (method.methodKind !== "unary" && bindings.every((binding) => !binding.declared)) return [];
  return bindings.map((binding) => [arrivalOf(method, binding), compileBinding(method, binding, handler, core)]);
}

/** How requests come: a WebSocket begins with a GET, whatever verb the rule has. */
function arrivalOf({ methodKind }: DescMethod, binding: HttpBinding): HttpBinding {
  const isWebSocket = methodKind === "client_streaming" || methodKind === "bidi_streaming";
  return isWebSocket ? { ...binding, verb: "GET" } : binding;
}

function compileBinding(method: DescMethod, binding: HttpBinding, handler: Handler, core: ServerCore): Route {
  const route = {
    operation: operationOf(method),
    pathTemplate: binding.template.source,
    method,
    variables: binding.template.variables.map((variable) => variable.field),
    timeoutMs: core.options.timeoutMs || undefined,
  };
  // The limit of a unary call never cuts a stream.
  if (method.methodKind === "server_streaming")
    return { ...route, timeoutMs: undefined, serve: serveSse({ method, binding, handler, core }) };
  if (method.methodKind !== "unary")
    return { ...route, timeoutMs: undefined, webSocket: true, serve: serveWebSocket(method, binding, handler) };
  const read = compileRequestReader(method.input, binding, core.codecs);
  const write = compileReplyWriter(method.output, binding.responseBody, core.envelope);
  if (binding.body === undefined) return { ...route, serve: (call) => call.run(handler, read(call, undefined), write) };
  const limit = core.options.maxBodyBytes;
  return {
    ...route,
    serve(call) {
      collectBody(call, limit, (body) => {
        let request: Message;
        try {
          request = read(call, body);
        } catch (error) {
          call.fail(error);
          return;
        }
        call.run(handler, request, write);
      });
    },
  };
}

function innermost(method: DescMethod, implementation: Implementation): Handler {
  if (implementation === undefined) {
    const message = `${operationOf(method)} is not implemented`;
    return async () => {
      throw new KratosError({ code: 501, message });
    };
  }
  const run = implementation as (request: unknown, context: Context) => unknown;
  if (method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming")
    return async (request, context) => mustStream(await run(request, context), operationOf(method));
  return async (request, context) => run(request, context);
}
