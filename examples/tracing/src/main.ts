// Runs both services in TypeScript until the process is stopped: see the README for the third, in Go, and for Jaeger.
import { once } from "node:events";
import { parseArgs } from "node:util";
import { startShop } from "./shop.ts";

const { values } = parseArgs({
  options: {
    prices: { type: "string", default: "grpc://127.0.0.1:9000" },
    otlp: { type: "string", default: "http://127.0.0.1:4318" },
    http: { type: "string", default: "127.0.0.1:8000" },
  },
});

const shop = await startShop({ prices: values.prices, otlpEndpoint: values.otlp, address: values.http });
console.log(`curl ${shop.url}/v1/orders/7`);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
await shop.stop();
