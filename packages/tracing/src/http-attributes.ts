import type { CallInfo } from "@kratos-ts/core";
import type { Attributes } from "@opentelemetry/api";
import type { EndedCall } from "./call-plan.ts";

const knownMethods = new Set(["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]);

/** The verb; one that HTTP does not know could be any text. */
export function methodAttributes(attributes: Attributes, method: string): void {
  if (knownMethods.has(method)) {
    attributes["http.request.method"] = method;
    return;
  }
  attributes["http.request.method"] = "_OTHER";
  attributes["http.request.method_original"] = method;
}

export function urlPartsOf(url: string): { scheme: string; path: string } {
  const [, scheme = "http", path = ""] = /^([^:/?#]+):\/\/[^/?#]*([^?#]*)/.exec(url) ?? [];
  return { scheme, path: path === "" ? "/" : path };
}

/** The status that the reply has, where middleware can know it. */
export function httpStatusOf({ error, reply }: EndedCall, { method }: CallInfo): number | undefined {
  if (error !== undefined) return error.code >= 100 && error.code <= 599 ? error.code : 500;
  if (method === undefined) return reply instanceof Response ? reply.status : undefined;
  return method.methodKind === "unary" ? 200 : undefined;
}
