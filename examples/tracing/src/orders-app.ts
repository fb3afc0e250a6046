import { createClient } from "@connectrpc/connect";
import { type App, createApp } from "@kratos-ts/app";
import type { Service } from "@kratos-ts/core";
import { recovery } from "@kratos-ts/middleware/recovery";
import { clientTracing, serverTracing } from "@kratos-ts/tracing";
import { createGrpcTransport } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import type { TracerProvider } from "@opentelemetry/api";
import { Orders, Stock } from "./gen/shop/v1/shop_pb.ts";

export interface OrdersOptions {
  /** Where it listens. */
  readonly address: string;
  /** Where the stock is. */
  readonly stock: string;
  readonly tracerProvider: TracerProvider;
  readonly onStart: (endpoint: string) => void;
}

/** What the browser asks, over HTTP. It asks the stock, over gRPC. */
export function createOrdersApp({ address, stock, tracerProvider, onStart }: OrdersOptions): App {
  const transport = createGrpcTransport({ endpoint: stock, middleware: [clientTracing({ tracerProvider })] });
  const client = createClient(Stock, transport);
  const orders: Service<typeof Orders> = {
    async getOrder({ id }) {
      return { id, item: await client.getItem({ id }) };
    },
  };
  const server = createHttpServer({ address, middleware: [recovery(), serverTracing({ tracerProvider })] });
  server.service(Orders, orders);
  const hooks = {
    afterStart: () => onStart(server.endpoint()),
    afterStop: async () => void (await transport[Symbol.asyncDispose]()),
  };
  return createApp({ name: "orders", version: "v1", servers: [server], signals: false, hooks });
}
