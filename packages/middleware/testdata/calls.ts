import { CallContext, type CallInfo, HeaderList, type Transporter } from "@kratos-ts/core";

/** A call as a transport makes it, with these request headers. */
export function callContext(side: CallInfo["side"], headers: string[] = []): CallContext & { transport: Transporter } {
  const transport: Transporter = {
    kind: "grpc",
    side,
    endpoint: "grpc://127.0.0.1:9000",
    operation: "/users.v1.Users/Find",
    requestHeader: new HeaderList(headers),
    replyHeader: new HeaderList(),
    replyTrailer: new HeaderList(),
    requestMethod: "POST",
    url: "grpc://127.0.0.1:9000/users.v1.Users/Find",
  };
  return new CallContext({ transport }) as CallContext & { transport: Transporter };
}

type Method = NonNullable<CallInfo["method"]>;

/** What a middleware is told of a method of this kind. */
export function callInfo(side: CallInfo["side"], methodKind: Method["methodKind"] = "unary"): CallInfo {
  return { operation: "/users.v1.Users/Find", kind: "grpc", side, method: { methodKind } as Method };
}
