import {
  CallContext,
  type CallInfo,
  type Counter,
  HeaderList,
  type Meter,
  operationOf,
  type Transporter,
} from "@kratos-ts/core";

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

/** What a middleware is told of a method of the test's service. */
export function infoOf(method: Method, side: CallInfo["side"] = "client"): CallInfo {
  return { operation: operationOf(method), kind: "grpc", side, method };
}

/** The messages of a stream, and what it threw in the end. */
export async function read(stream: AsyncIterable<unknown>): Promise<{ got: unknown[]; error: unknown }> {
  const got: unknown[] = [];
  try {
    for await (const message of stream) got.push(message);
    return { got, error: undefined };
  } catch (error) {
    return { got, error };
  }
}

/** A meter that remembers what was counted, as `name{label,…}`. */
export function countingMeter(): Meter & { readonly counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  const counter = (name: string, labels: readonly string[]): Counter => ({
    add(value = 1) {
      const key = `${name}{${labels.join(",")}}`;
      counts[key] = (counts[key] ?? 0) + value;
    },
    with: (given) => counter(name, Object.values(given)),
  });
  const unused = (): never => {
    throw new Error("only counters are expected");
  };
  return { counts, counter: ({ name }) => counter(name, []), gauge: unused, histogram: unused };
}
