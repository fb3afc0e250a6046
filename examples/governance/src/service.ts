// The service: `JWT_SECRET=… node src/service.ts [--grpc 127.0.0.1:9000] [--http 127.0.0.1:8000] [--log orders.log] [--cpu-threshold 0.8]`.
import { parseArgs } from "node:util";
import { createApp } from "@kratos-ts/app";
import { createLogger } from "@kratos-ts/log";
import { createMetrics } from "@kratos-ts/metrics";
import { traceExemplar, traceValues } from "@kratos-ts/tracing";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import { Orders } from "./gen/orders/v1/orders_pb.ts";
import { orders } from "./orders.ts";
import { serverChain } from "./server-chain.ts";

const { values } = parseArgs({
  options: {
    grpc: { type: "string", default: "127.0.0.1:9000" },
    http: { type: "string", default: "127.0.0.1:8000" },
    log: { type: "string", default: "orders.log" },
    "cpu-threshold": { type: "string", default: "0.8" },
  },
});

await using logger = createLogger({ destination: { file: values.log }, values: traceValues });
const metrics = createMetrics({ exemplar: traceExemplar });
const secret = process.env.JWT_SECRET ?? "";
const middleware = serverChain({ logger, metrics, secret, cpuThreshold: Number(values["cpu-threshold"]) });
const http = createHttpServer({ address: values.http, middleware, logger });
const grpc = createGrpcServer({ address: values.grpc, middleware, logger });
for (const server of [http, grpc]) server.service(Orders, orders);
http.get("/metrics", metrics.handler());

const servers = [http, grpc];
// Whoever forked this process is told where it listens, and takes it along when it ends.
const afterStart = () => void process.send?.({ grpc: grpc.endpoint(), http: http.endpoint() });
const app = createApp({ name: "orders", version: "v1", servers, logger, grace: 0, hooks: { afterStart } });
process.once("disconnect", () => app.stop());
await app.run();
