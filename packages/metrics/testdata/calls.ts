import { CallContext, type CallInfo, HeaderList, type Transporter } from "@kratos-ts/core";

export const operation = "/users.v1.Users/Find";
type Method = NonNullable<CallInfo["method"]>;

/** A call as a transport makes it, with these headers of what comes in. */
export function callContext(side: CallInfo["side"], headers: string[] = []): CallContext {
  const transport: Transporter = {
    kind: "grpc",
    side,
    endpoint: "grpc://127.0.0.1:9000",
    operation,
    requestHeader: new HeaderList(side === "server" ? headers : []),
    replyHeader: new HeaderList(side === "client" ? headers : []),
    replyTrailer: new HeaderList(),
    requestMethod: "POST",
    url: `grpc://127.0.0.1:9000${operation}`,
  };
  return new CallContext({ transport });
}

/** What a middleware is told of a method of this kind. */
export function callInfo(side: CallInfo["side"], methodKind: Method["methodKind"] = "unary"): CallInfo {
  return { operation, kind: "grpc", side, method: { methodKind } as Method };
}

/** A stream of these, that may end with a throw. */
export async function* streamOf<T>(items: readonly T[], thrown?: unknown): AsyncGenerator<T> {
  yield* items;
  if (thrown !== undefined) throw thrown;
}
