// A real Prometheus scrapes, and its promtool reads.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { errorNotFound } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { ensurePrometheus, type Prometheus } from "../../../tools/external/prometheus.ts";
import { type RealServer, startServer } from "../../../tools/servers/real-server.ts";
import { callContext, callInfo, operation } from "../testdata/calls.ts";
import { clientMetrics, serverMetrics } from "./call-metrics.ts";
import { createMetrics, type Metrics, type MetricsOptions } from "./create-metrics.ts";

const programs = await ensurePrometheus();
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";

/** The metrics of a service that has served two calls and failed one, and made one. */
async function service(options: MetricsOptions = {}): Promise<Metrics> {
  const metrics = createMetrics({ exemplar: () => ({ trace_id: traceId }), ...options });
  const served = serverMetrics(metrics)(async ({ fail }) => {
    if (fail) throw errorNotFound("USER_NOT_FOUND");
  }, callInfo("server"));
  for (const fail of [false, false, true]) await served({ fail }, callContext("server")).catch(() => {});
  await clientMetrics(metrics)(async () => {}, callInfo("client"))({}, callContext("client"));
  return metrics;
}

/** A server of HTTP with the metrics at every path; it tells what Prometheus has accepted. */
async function serving(metrics: Metrics) {
  const handler = metrics.handler();
  const types: (string | null)[] = [];
  const server = createServer(async (req, res) => {
    const headers = { accept: req.headers.accept ?? "" };
    const response = await handler(new Request(`http://127.0.0.1${req.url}`, { headers }));
    types.push(response.headers.get("content-type"));
    res.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as { port: number }).port}`,
    types,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Prometheus, scraping this address every second. */
function scraping(address: string, { prometheus }: Prometheus): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), "kratos-prometheus-"));
  const config = join(folder, "prometheus.yml");
  const job = { job_name: "service", scrape_interval: "1s", static_configs: [{ targets: [address] }] };
  writeFileSync(config, JSON.stringify({ scrape_configs: [job] }));
  const flags = ["--enable-feature=exemplar-storage", `--storage.tsdb.path=${folder}/data`, "--log.level=error"];
  return startServer({
    name: "prometheus",
    command: (port) => [prometheus, `--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, ...flags],
    isReady: async (port) => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok,
    onEnd: () => rmSync(folder, { recursive: true, force: true }),
  });
}

type Found = { metric: Record<string, string>; value: [number, string] };

/** What Prometheus answers, once that is something: it tells nobody when it has scraped. */
async function ask<T>({ url }: RealServer, path: string, found: (data: never) => T[]): Promise<T[]> {
  for (;;) {
    const { data } = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: never };
    const results = found(data);
    if (results.length > 0) return results;
    await delay(100);
  }
}

function query(server: RealServer, text: string): Promise<Found[]> {
  return ask(server, `query?query=${encodeURIComponent(text)}`, (data: { result: Found[] }) => data.result);
}

describe.skipIf(!programs)("Prometheus", () => {
  const { promtool } = programs ?? { promtool: "" };

  test("scrapes what is counted, exemplars too", async () => {
    await using scraped = await serving(await service());
    await using prometheus = await scraping(scraped.address, programs as Prometheus);
    const codes = await query(prometheus, "server_requests_code_total");
    expect(codes.map(({ metric, value }) => [metric.code, metric.reason, metric.operation, value[1]])).toEqual([
      ["200", undefined, operation, "2"],
      ["404", "USER_NOT_FOUND", operation, "1"],
    ]);
    const buckets = await query(prometheus, 'client_requests_seconds_bucket{le="+Inf"}');
    expect(buckets.map(({ value }) => value[1])).toEqual(["1"]);
    expect(await query(prometheus, "nodejs_eventloop_lag_p99_seconds")).toHaveLength(1);
    const exemplars = await ask(
      prometheus,
      `query_exemplars?query=server_requests_seconds_bucket&start=0&end=${Date.now() / 1000 + 60}`,
      (data: { exemplars: { labels: { trace_id: string } }[] }[]) => data.flatMap((series) => series.exemplars),
    );
    expect(exemplars[0]?.labels.trace_id).toBe(traceId);
    expect(scraped.types[0]).toContain("application/openmetrics-text");
  });

  test("finds nothing wrong with what calls are counted by", async () => {
    const metrics = await service({ runtime: false });
    const child = spawn(promtool, ["check", "metrics"]);
    child.stdin.end(await metrics.text());
    const [out, errors] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    expect(out + errors).toBe("");
  });
});
