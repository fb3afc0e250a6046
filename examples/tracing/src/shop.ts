import type { App } from "@kratos-ts/app";
import { createOrdersApp } from "./orders-app.ts";
import { createStockApp } from "./stock-app.ts";
import { createTelemetry } from "./telemetry.ts";

export interface ShopOptions {
  /** Where the Go service listens, such as `grpc://127.0.0.1:9000`. */
  readonly prices: string;
  /** Where OTLP/HTTP is received. */
  readonly otlpEndpoint: string;
  /** Where orders are served. Default: a free port of 127.0.0.1. */
  readonly address?: string;
}

export interface Shop {
  /** Where orders are served. */
  readonly url: string;
  /** Stops both apps, and sends the spans that are left. */
  stop(): Promise<void>;
}

/** Both services in TypeScript, each with spans under its own name. */
export async function startShop({ prices, otlpEndpoint, address = "127.0.0.1:0" }: ShopOptions): Promise<Shop> {
  const ofStock = createTelemetry({ service: "stock", otlpEndpoint });
  const ofOrders = createTelemetry({ service: "orders", otlpEndpoint });
  const stock = await started((onStart) =>
    createStockApp({ address: "127.0.0.1:0", prices, tracerProvider: ofStock, onStart }),
  );
  const orders = await started((onStart) =>
    createOrdersApp({ address, stock: stock.endpoint, tracerProvider: ofOrders, onStart }),
  );
  return {
    url: orders.endpoint,
    async stop() {
      await orders.stop();
      await stock.stop();
      await Promise.all([ofStock.shutdown(), ofOrders.shutdown()]);
    },
  };
}

async function started(create: (onStart: (endpoint: string) => void) => App) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const app = create(resolve);
  const ended = app.run();
  ended.catch(reject);
  return {
    endpoint: await promise,
    async stop() {
      await app.stop();
      await ended;
    },
  };
}
