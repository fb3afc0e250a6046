// Calls of a composed middleware, without a transport.
import { CallContext, type Context, HeaderList, type Middleware, type Transporter } from "@kratos-ts/core";

/** Calls a method behind the middleware; gives what the handler's context and headers were. */
export async function call(
  middleware: Middleware,
  options: { side: "server" | "client"; headers?: readonly [string, string][] },
): Promise<{ ctx: Context; headers: HeaderList }> {
  const { side, headers = [] } = options;
  const requestHeader = new HeaderList(headers.flat());
  const operation = "/users.v1.Users/Get";
  const transport = { kind: "grpc", side, operation, requestHeader, peer: "10.0.0.7:5000" } as unknown as Transporter;
  const handler = middleware(async (_req, ctx) => ctx, { operation, kind: "grpc", side, method: undefined });
  const ctx = (await handler({}, new CallContext({ transport }))) as Context;
  return { ctx, headers: requestHeader };
}
