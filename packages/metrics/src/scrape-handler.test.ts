import { Gauge as PromGauge, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { createMetrics, type MetricsOptions } from "./create-metrics.ts";

const url = "http://127.0.0.1/metrics";
const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const plain = "text/plain; version=0.0.4; charset=utf-8";
// What Prometheus 2.53 and 3.5 send.
const prometheus =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

function filled(options: MetricsOptions = {}) {
  const metrics = createMetrics({ runtime: false, ...options });
  metrics
    .counter({ name: "calls_total", help: 'Calls\n"of" a\\b', labels: ["who"] })
    .with({ who: 'a"b\\c\nd' })
    .add(2);
  metrics.gauge({ name: "busy", help: "Busy" }).set(-1.5);
  metrics.histogram({ name: "took_seconds", help: "Took", buckets: [0.5, 1] }).record(0.7);
  return metrics;
}

test("a scrape has every metric, in the text format of Prometheus", async () => {
  const response = await filled().handler()(new Request(url));
  expect([response.status, response.headers.get("content-type"), response.headers.get("vary")]).toEqual([
    200,
    plain,
    "accept",
  ]);
  expect(await response.text()).toBe(`# HELP calls_total Calls\\n"of" a\\\\b
# TYPE calls_total counter
calls_total{who="a\\"b\\\\c\\nd"} 2
# HELP busy Busy
# TYPE busy gauge
busy -1.5
# HELP took_seconds Took
# TYPE took_seconds histogram
took_seconds_bucket{le="0.5"} 0
took_seconds_bucket{le="1"} 1
took_seconds_bucket{le="+Inf"} 1
took_seconds_sum 0.7
took_seconds_count 1
`);
});

test("or in that of OpenMetrics, with exemplars", async () => {
  const metrics = filled({ exemplar: () => ({ trace_id: "4bf9" }), labels: { region: "eu" } });
  const response = await metrics.handler()(new Request(url, { headers: { accept: prometheus } }));
  expect(response.headers.get("content-type")).toBe(openMetrics);
  const text = (await response.text()).replaceAll(/ \d{10}(\.\d+)?$/gm, " <time>");
  expect(text).toBe(`# HELP calls Calls\\n\\"of\\" a\\\\b
# TYPE calls counter
calls_total{who="a\\"b\\\\c\\nd",region="eu"} 2 # {trace_id="4bf9"} 2 <time>
# HELP busy Busy
# TYPE busy gauge
busy{region="eu"} -1.5
# HELP took_seconds Took
# TYPE took_seconds histogram
took_seconds_bucket{le="0.5",region="eu"} 0
took_seconds_bucket{le="1.0",region="eu"} 1 # {trace_id="4bf9"} 0.7 <time>
took_seconds_bucket{le="+Inf",region="eu"} 1
took_seconds_sum{region="eu"} 0.7
took_seconds_count{region="eu"} 1
# EOF
`);
});

test("reading one format leaves the other as it is", async () => {
  const metrics = filled();
  const before = await metrics.text();
  await metrics.text("openmetrics");
  expect(await metrics.text()).toBe(before);
});

test.each([
  [undefined, plain],
  ["*/*", plain],
  ["text/plain", plain],
  ["application/openmetrics-text", openMetrics],
  ["application/openmetrics-text; q=0.1, text/plain", plain],
  ["text/plain;q=0.5, Application/OpenMetrics-Text; version=0.0.1; q=0.6", openMetrics],
  ["application/openmetrics-text;q=0", plain],
  ["nonsense;;=,", plain],
])("Accept: %s gives %s", async (accept, type) => {
  const request = new Request(url, accept === undefined ? {} : { headers: { accept } });
  expect((await filled().handler()(request)).headers.get("content-type")).toBe(type);
});

test("only GET and HEAD are answered", async () => {
  const response = await filled().handler()(new Request(url, { method: "POST" }));
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

describe("exemplars", () => {
  test.each<[string, MetricsOptions["exemplar"]]>([
    ["are none", () => undefined],
    ["are too long for OpenMetrics", () => ({ trace_id: "x".repeat(200) })],
    [
      "throw",
      () => {
        throw new Error("no trace");
      },
    ],
  ])("that %s cost no value", async (_, exemplar) => {
    const text = await filled({ exemplar }).text("openmetrics");
    expect(text).toContain("took_seconds_count 1");
    expect(text).not.toContain(" # {");
  });
});

test("the registry is prom-client's, for its other users", async () => {
  const registry = new Registry();
  const metrics = filled({ registry, exemplar: () => ({ trace_id: "4bf9" }) });
  new PromGauge({ name: "theirs", help: "Theirs", registers: [registry] }).set(7);
  expect(await metrics.text()).toContain("\ntheirs 7\n");
  const same = (text: string) => text.trim().split(/\n+/);
  expect(same(await registry.metrics())).toEqual(same(await metrics.text()));
  registry.resetMetrics();
  expect(await metrics.text()).toContain('calls_total{who="a\\"b\\\\c\\nd"} 0');
});

test("the process is measured, unless that is switched off", async () => {
  const text = await createMetrics().text();
  for (const name of [
    "nodejs_eventloop_lag_p99_seconds",
    "nodejs_heap_size_used_bytes",
    "nodejs_gc_duration_seconds",
    "process_cpu_seconds_total",
  ])
    expect(text).toContain(`# TYPE ${name} `);
  expect(await createMetrics({ runtime: false }).text()).toBe("");
});

test("what can't be is refused", () => {
  expect(() => createMetrics({ maxSeries: 0 })).toThrow("maxSeries must be at least 1, got 0");
  const metrics = createMetrics({ runtime: false });
  const help = "help";
  expect(() => metrics.counter({ name: "calls-total", help })).toThrow('got "calls-total"');
  for (const label of ["a-b", "__name__", "le", ""])
    expect(() => metrics.gauge({ name: "g", help, labels: [label] })).toThrow(`got "${label}"`);
});
