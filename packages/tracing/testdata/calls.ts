import { CallContext, type CallInfo, type Context, HeaderList, type Transporter } from "@kratos-ts/core";

export const operation = "/users.v1.Users/Find";

type Method = NonNullable<CallInfo["method"]>;
type Side = CallInfo["side"];

export interface FakeCall {
  kind?: "grpc" | "http";
  /** Of the request, name by name. */
  headers?: string[];
  parent?: Context;
  transport?: Partial<Transporter>;
}

/** A call as a transport makes it. */
export function callContext(
  side: Side,
  { kind = "grpc", headers = [], parent, transport }: FakeCall = {},
): CallContext {
  const call: Transporter = {
    kind,
    side,
    endpoint: `${kind}://10.0.0.7:9000`,
    operation,
    requestHeader: new HeaderList(headers),
    replyHeader: new HeaderList(),
    replyTrailer: new HeaderList(),
    requestMethod: kind === "http" ? "GET" : "POST",
    url: kind === "http" ? "http://users.example:8000/v1/users/7?secret=1" : `http://users.example:9000${operation}`,
    pathTemplate: kind === "http" ? "/v1/users/{id}" : undefined,
    peer: side === "server" ? "10.0.0.1:51234" : "10.0.0.7:9000",
    ...transport,
  };
  return new CallContext({ transport: call, parent });
}

/** What a middleware is told of a method of this kind. */
export function callInfo(side: Side, { kind = "grpc", methodKind = "unary" as Method["methodKind"] } = {}): CallInfo {
  return { operation, kind, side, method: { methodKind, input: {}, output: {} } as Method };
}

/** What a middleware is told of a route without a method. */
export function routeInfo(): CallInfo {
  return { operation: "/files/{name}", kind: "http", side: "server" };
}

/** A stream of these, that may end with a throw. */
export async function* streamOf<T>(items: readonly T[], thrown?: unknown): AsyncGenerator<T> {
  yield* items;
  if (thrown !== undefined) throw thrown;
}

export async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}
