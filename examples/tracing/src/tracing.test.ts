// One trace from a browser through TypeScript and Go and back, as Jaeger has received it over OTLP/HTTP.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureGoModule } from "../../../tools/external/go-module.ts";
import { ensureJaeger, type Jaeger, startJaeger } from "../../../tools/servers/jaeger.ts";
import { type StoredSpan, traceOf } from "./jaeger-trace.ts";
import { type PricesProgram, startPrices } from "./prices-program.ts";
import { type Shop, startShop } from "./shop.ts";

const programs = await ensureGoModule({ folder: "examples/tracing/go" });
const program = await ensureJaeger();

/** What a page does whose own tracing has begun the trace. */
async function fetchFromBrowser(url: string) {
  const [traceId, spanId] = [randomBytes(16).toString("hex"), randomBytes(8).toString("hex")];
  const headers = { traceparent: `00-${traceId}-${spanId}-01`, baggage: "user=7" };
  const reply = await fetch(url, { headers });
  return { traceId, spanId, status: reply.status, body: await reply.json() };
}

/** The spans in the order of the call: each the child of the one before. */
function lineOf(spans: readonly StoredSpan[], root: string): StoredSpan[] {
  const calls = spans.filter(({ scope }) => scope === "kratos");
  const line: StoredSpan[] = [];
  for (let parent = root; ; ) {
    const [next, ...more] = calls.filter(({ parentId }) => parentId === parent);
    if (more.length > 0) throw new Error(`${more.length + 1} spans have the parent ${parent}`);
    if (next === undefined) return line;
    line.push(next);
    parent = next.spanId;
  }
}

const route = [
  ["orders", "/shop.v1.Orders/GetOrder", "server"],
  ["orders", "/shop.v1.Stock/GetItem", "client"],
  ["stock", "/shop.v1.Stock/GetItem", "server"],
  ["stock", "/shop.v1.Prices/GetPrice", "client"],
  ["prices", "/shop.v1.Prices/GetPrice", "server"],
];

describe.skipIf(!programs || !program)("a call from a browser through three services", () => {
  let jaeger: Jaeger;
  let prices: PricesProgram;
  let shop: Shop;
  let found: Awaited<ReturnType<typeof fetchFromBrowser>>;
  let refused: typeof found;

  beforeAll(async () => {
    jaeger = await startJaeger(String(program));
    prices = await startPrices(join(String(programs), "prices"), jaeger.otlpEndpoint);
    shop = await startShop({ prices: prices.endpoint, otlpEndpoint: jaeger.otlpEndpoint });
    found = await fetchFromBrowser(`${shop.url}/v1/orders/7`);
    refused = await fetchFromBrowser(`${shop.url}/v1/orders/unknown`);
    // All send what they have left.
    await shop.stop();
    await prices.stop();
  }, 60_000);
  afterAll(() => jaeger?.[Symbol.asyncDispose]());

  test("comes back with the trace that Go saw", () => {
    expect(found.status).toBe(200);
    expect(found.body).toEqual({ id: "7", item: { id: "7", price: { cents: "4200", traceId: found.traceId } } });
  });

  test("is one trace, span by span", async () => {
    const spans = await traceOf(jaeger.url, { traceId: found.traceId, spans: 6 });
    expect(spans).toHaveLength(6);
    const line = lineOf(spans, found.spanId);
    expect(line.map(({ service, operation, tags }) => [service, operation, tags["span.kind"]])).toEqual(route);
    for (const { tags } of line) expect(tags).not.toHaveProperty("error");
  });

  test("has the attributes of each hop", async () => {
    const spans = await traceOf(jaeger.url, { traceId: found.traceId, spans: 6 });
    const [orders, toStock, stock, toPrices, go] = lineOf(spans, found.spanId).map(({ tags }) => tags);
    expect(orders).toMatchObject({
      "http.request.method": "GET",
      "http.route": "/v1/orders/{id}",
      "http.response.status_code": 200,
      "url.path": "/v1/orders/7",
      "rpc.method": "shop.v1.Orders/GetOrder",
    });
    expect(toStock).toMatchObject({ "rpc.system.name": "grpc", "rpc.status_code": "OK" });
    expect(toStock?.["network.peer.port"]).toBe(stock?.["server.port"]);
    expect(stock).toMatchObject({ "client.service.name": "orders", "client.address": "127.0.0.1" });
    expect(toPrices).toMatchObject({ "rpc.method": "shop.v1.Prices/GetPrice", "server.address": expect.any(String) });
    // Kratos in Go, which knows its caller by the header that ours has sent.
    expect(go).toMatchObject({ "rpc.system": "grpc", "rpc.service": "shop.v1.Prices", "peer.service": "stock" });
  });

  test("has the handler's own span within that of its call", async () => {
    const spans = await traceOf(jaeger.url, { traceId: found.traceId, spans: 6 });
    const own = spans.find(({ scope }) => scope === "shop");
    const call = spans.find(({ service, tags }) => service === "stock" && tags["span.kind"] === "server");
    expect(own).toMatchObject({ operation: "look it up", service: "stock", parentId: call?.spanId });
  });

  test("that Go refuses shows where it failed, and what with, all the way back", async () => {
    expect([refused.status, refused.body.reason]).toEqual([404, "PRICE_NOT_FOUND"]);
    const spans = await traceOf(jaeger.url, { traceId: refused.traceId, spans: 6 });
    const line = lineOf(spans, refused.spanId);
    expect(line).toHaveLength(5);
    // A caller's mistake: failed for those who called, and not for those who served; in Go, for these too.
    expect(line.map(({ tags }) => tags["otel.status_code"])).toEqual([undefined, "ERROR", undefined, "ERROR", "ERROR"]);
    expect(line.map(({ tags }) => tags["rpc.status_code"])).toEqual([...Array(4).fill("NOT_FOUND"), 404]);
    for (const { tags } of line.slice(0, 4)) expect(tags["kratos.reason"]).toBe("PRICE_NOT_FOUND");
    for (const { events } of line) expect(events).toMatchObject([{ event: "exception" }]);
  });
});
