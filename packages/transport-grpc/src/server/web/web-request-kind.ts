import type { PortRequest } from "@kratos-ts/core";

/** Operation (the path without the query) and query of a request's target. */
export function splitTarget(target: string): { readonly operation: string; readonly query: string } {
  const mark = target.indexOf("?");
  return mark < 0
    ? { operation: target, query: "" }
    : { operation: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** How sure it is that a request for the path of a method is a call of gRPC-Web or Connect. */
export type Likeness = "call" | "maybe" | "none";

const streamOrWeb = /^application\/(?:grpc-web(?:-text)?(?:\+\w+)?|connect\+\w+)\s*(?:;|$)/i;
const unary = /^application\/(?:json|proto)\s*(?:;|$)/i;

/**
 * Tells calls by what their protocols ask for: a content type of their own, `connect-protocol-version`, `connect=v1` in
 * the query of a GET. A POST of plain JSON or Protobuf may be a call, and as well a request of REST.
 */
export function likenessOf({ method, target, headers }: PortRequest): Likeness {
  if (method === "GET") {
    const query = new URLSearchParams(splitTarget(target).query);
    if (query.get("connect") === "v1") return "call";
    return query.has("encoding") && query.has("message") ? "maybe" : "none";
  }
  if (method === "OPTIONS") return "maybe";
  if (method !== "POST") return "none";
  let type = "";
  let versioned = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === 12 && name.toLowerCase() === "content-type") type = headers[i + 1] as string;
    else if (name.length === 24 && name.toLowerCase() === "connect-protocol-version") versioned = true;
  }
  if (streamOrWeb.test(type)) return "call";
  if (unary.test(type)) return versioned ? "call" : "maybe";
  return "none";
}
