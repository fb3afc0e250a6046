import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../harness/bench.ts";
import { h2load, readLatencies } from "../harness/h2load.ts";
import { pairedRatio, quantile, spread } from "../harness/statistics.ts";
import { grpcHello, grpcHelloWithDeadline, httpHello } from "../loads.ts";
import { formatCount, formatRatio, formatSpread } from "../report/numbers.ts";
import type { Section } from "../report/section.ts";
import { type Measured, measure } from "./measure.ts";
import type { Part } from "./part.ts";
import { type LoadedServer, type ServerSuite, startServer } from "./server-runner.ts";
import { fastify, goGrpc, goHttp, grpcChain, grpcJs, httpChain, rawGrpc, rawHttp } from "./variant.ts";

const callsPerSecond = 8000;

const grpc: ServerSuite = {
  title: `gRPC latency at ${formatCount(callsPerSecond)} calls/s`,
  about: "`SayHello` on 8 connections.",
  load: grpcHello,
  variants: [rawGrpc, { ...grpcChain, load: grpcHelloWithDeadline }, grpcJs, goGrpc],
};

const http: ServerSuite = {
  title: `HTTP latency at ${formatCount(callsPerSecond)} calls/s`,
  about: "`GET /helloworld/{name}` on 32 connections.",
  load: httpHello,
  variants: [rawHttp, httpChain, fastify, goHttp],
};

/** Of one slice, in ms. */
interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly answeredPerSecond: number;
}

export const latency: Part = async function* (bench) {
  for (const suite of [grpc, http]) yield await measureLatency(suite, bench);
};

async function measureLatency(suite: ServerSuite, bench: Bench): Promise<Section> {
  const measured = await measure(suite.variants, {
    bench,
    plan: bench.plan.fixedRate,
    async start(variant) {
      const server = await startServer(variant, { suite, bench });
      return {
        name: variant.name,
        slice: (ms) => fixedRateSlice(server, { ms, bench }),
        [Symbol.asyncDispose]: () => server.child[Symbol.asyncDispose](),
      };
    },
  });
  return sectionOf(suite, measured);
}

async function fixedRateSlice(server: LoadedServer, { ms, bench }: { ms: number; bench: Bench }): Promise<Latency> {
  const { load, bodyFile, child } = server;
  const logFile = join(bench.scratch, randomUUID());
  const options = { load, bodyFile, port: child.port, ms, core: bench.pins.other, signal: bench.signal };
  const { calls, seconds, bad } = await h2load({ ...options, rate: callsPerSecond, logFile });
  if (bad > 0) throw new Error(`${bad} of ${calls} calls failed`);
  const latencies = readLatencies(await readFile(logFile, "utf8"));
  await rm(logFile);
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), answeredPerSecond: calls / seconds };
}

function sectionOf({ title, about, variants }: ServerSuite, { samples, failures }: Measured<Latency>): Section {
  const base = variants[0]?.name ?? "";
  const baseP99 = samples.get(base)?.map(({ p99 }) => p99);
  const rows = [...samples].map(([name, own]) => [
    name,
    formatSpread(spread(own.map(({ p50 }) => p50)), 2),
    formatSpread(spread(own.map(({ p99 }) => p99)), 1),
    baseP99 === undefined
      ? ""
      : name === base
        ? "1"
        : formatRatio(
            pairedRatio(
              own.map(({ p99 }) => p99),
              baseP99,
            ),
          ),
    formatCount(spread(own.map(({ answeredPerSecond }) => answeredPerSecond)).median),
  ]);
  return {
    title,
    about,
    table: { columns: ["", "p50 ms", "p99 ms", `p99 to ${base}`, "answered/s"], rows },
    goals: [],
    failures,
  };
}
