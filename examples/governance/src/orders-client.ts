import { createClient } from "@connectrpc/connect";
import type { Middleware } from "@kratos-ts/core";
import { clientMetrics, createMetrics, type Metrics } from "@kratos-ts/metrics";
import { circuitBreaker } from "@kratos-ts/middleware/circuitbreaker";
import { clientMetadata } from "@kratos-ts/middleware/metadata";
import { retry } from "@kratos-ts/middleware/retry";
import { timeout } from "@kratos-ts/middleware/timeout";
import { clientJwt } from "@kratos-ts/middleware-jwt";
import { clientTracing } from "@kratos-ts/tracing";
import { createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { Orders } from "./gen/orders/v1/orders_pb.ts";

export interface OrdersClientOptions {
  /** `grpc://host:port` or `http://host:port`. */
  readonly endpoint: string;
  /** What tokens are signed with. */
  readonly secret: string;
  /** Whether it has retry and a circuit breaker. Default true. */
  readonly guarded?: boolean | undefined;
}

export interface OrdersClient extends AsyncDisposable {
  /** What so many of an item would cost, in cents. */
  quote(item: string, count: number): Promise<bigint>;
  readonly metrics: Metrics;
}

/** A client that keeps its callers, and the service, from the worst. */
export function createOrdersClient({ endpoint, secret, guarded = true }: OrdersClientOptions): OrdersClient {
  const metrics = createMetrics({ runtime: false });
  const options = { endpoint, middleware: [...outer(metrics), ...(guarded ? guards(metrics) : []), sign(secret)] };
  // A service that is started again is found within half a second.
  const backoff = { initialMs: 100, maxMs: 500 };
  const transport = endpoint.startsWith("grpc:")
    ? createGrpcTransport({ ...options, backoff })
    : createHttpTransport(options);
  const client = createClient(Orders, transport);
  return {
    quote: async (item, count) => (await client.quote({ item, count, card: "4000 1234" })).cents,
    metrics,
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** The first is the outermost: what these see is one call, however often it is made. */
function outer(metrics: Metrics): Middleware[] {
  return [
    clientTracing(),
    clientMetrics(metrics),
    clientMetadata({ constants: { "x-md-global-tenant": "acme" } }),
    timeout({ timeoutMs: 1500 }),
  ];
}

/** Each attempt of `retry` has a limit, and counts for the breaker. */
function guards(metrics: Metrics): Middleware[] {
  return [
    retry({ attempts: 3, attemptTimeoutMs: 1000, backoff: { initialMs: 20 }, meter: metrics }),
    circuitBreaker({ windowMs: 1000, probeMs: 200, meter: metrics }),
  ];
}

function sign(secret: string): Middleware {
  return clientJwt({ key: secret, algorithm: "HS256", claims: { sub: "load" } });
}
