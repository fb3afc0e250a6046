import { createClient } from "@connectrpc/connect";
import { type App, createApp } from "@kratos-ts/app";
import type { Service } from "@kratos-ts/core";
import { recovery } from "@kratos-ts/middleware/recovery";
import { clientTracing, serverTracing } from "@kratos-ts/tracing";
import { createGrpcServer, createGrpcTransport } from "@kratos-ts/transport-grpc";
import type { TracerProvider } from "@opentelemetry/api";
import { Prices, Stock } from "./gen/shop/v1/shop_pb.ts";

export interface StockOptions {
  /** Where it listens. */
  readonly address: string;
  /** Where the prices are. */
  readonly prices: string;
  readonly tracerProvider: TracerProvider;
  readonly onStart: (endpoint: string) => void;
}

/** What the orders ask, over gRPC. It asks for prices, which Go has, over gRPC. */
export function createStockApp({ address, prices, tracerProvider, onStart }: StockOptions): App {
  const transport = createGrpcTransport({ endpoint: prices, middleware: [clientTracing({ tracerProvider })] });
  const client = createClient(Prices, transport);
  const stock: Service<typeof Stock> = {
    async getItem({ id }) {
      const work = tracerProvider.getTracer("shop").startSpan("look it up");
      work.end();
      return { id, price: await client.getPrice({ itemId: id }) };
    },
  };
  const server = createGrpcServer({ address, middleware: [recovery(), serverTracing({ tracerProvider })] });
  server.service(Stock, stock);
  const hooks = {
    afterStart: () => onStart(server.endpoint()),
    afterStop: async () => void (await transport[Symbol.asyncDispose]()),
  };
  return createApp({ name: "stock", version: "v1", servers: [server], signals: false, hooks });
}
