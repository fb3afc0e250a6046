import { type Context, chain, type Transporter } from "@kratos-ts/core";
import type { PathTemplate } from "../rule/path-template.ts";
import { HttpCall } from "./http-call.ts";
import { atLeastZero } from "./options.ts";
import { Redirect } from "./redirect.ts";
import type { Route } from "./route.ts";
import type { ServerCore } from "./server-core.ts";
import { webRequest } from "./web-request.ts";
import { writeResponse } from "./web-response.ts";

/** Answers a hand-written route; what it throws becomes the error reply, as in a service method. */
export type RouteHandler = (request: Request, context: Context) => RouteReply | Promise<RouteReply>;

export type RouteReply = Response | Redirect;

/** A handler with limits of its own. */
export interface RouteOptions {
  handler: RouteHandler;
  /** Limit in ms until the Response is there. Default: the server's; 0: none, for a reply that streams beyond it. */
  timeoutMs?: number | undefined;
  /** The largest body in bytes. Default: the server's. */
  maxBodyBytes?: number | undefined;
}

/** The route of a hand-written handler: it runs through the middleware with its path template as operation. */
export function compileWebRoute(template: PathTemplate, given: RouteHandler | RouteOptions, core: ServerCore): Route {
  const { handler, timeoutMs, maxBodyBytes }: RouteOptions = typeof given === "function" ? { handler: given } : given;
  const operation = template.source;
  const run = chain(...core.options.middleware)(async (request, context) => handler(request, context), {
    operation,
    kind: "http",
    side: "server",
  });
  const limit = atLeastZero("maxBodyBytes", maxBodyBytes ?? core.options.maxBodyBytes);
  return {
    operation,
    pathTemplate: operation,
    method: undefined,
    variables: template.variables.map((variable) => variable.field),
    timeoutMs: atLeastZero("timeoutMs", timeoutMs ?? core.options.timeoutMs) || undefined,
    serve: (call) => call.run(run, webRequest(call, { limit }), writeRouteReply),
  };
}

/** The path variables of the hand-written route that `context` serves, decoded; none elsewhere. */
export function pathParams(context: {
  readonly transport?: Transporter | undefined;
}): Readonly<Record<string, string>> {
  return context.transport instanceof HttpCall ? context.transport.params : {};
}

function writeRouteReply(call: HttpCall, reply: RouteReply): void {
  if (reply instanceof Redirect) throw reply;
  writeResponse(call, reply);
}
