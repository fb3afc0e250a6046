import type { Bench } from "../harness/bench.ts";
import type { Child } from "../harness/child.ts";
import { startProgram } from "../harness/start.ts";
import type { Sample } from "../harness/statistics.ts";
import type { Section } from "../report/section.ts";
import { compare, type Suite } from "./compare.ts";
import { measure, type RunningVariant } from "./measure.ts";
import type { Part } from "./part.ts";
import { names, type Variant } from "./variant.ts";

const grpcJs = "@grpc/grpc-js";

export const streamServers: readonly Variant[] = [
  { name: names.http2, program: { node: "servers/streams-raw.ts" } },
  { name: names.own, program: { node: "servers/streams-kratos.ts" } },
  { name: grpcJs, program: { node: "servers/streams-grpc-js.ts" } },
  { name: "@connectrpc/connect-node", program: { node: "servers/streams-connect.ts" } },
];

export interface StreamSuite extends Suite<Variant> {
  /** What the load program is told to do. */
  readonly load: "messages" | "ping-pong" | "large";
}

const loader = "The load is the same kratos-ts client for all, on another core; a call is a message.";

export const streamSuites: readonly StreamSuite[] = [
  {
    title: "gRPC server streams",
    about: `8 streams at once of 1,000 messages of 64 bytes. ${loader}`,
    load: "messages",
    variants: streamServers,
    goals: [
      { variant: names.own, of: grpcJs, atLeast: 1.5 },
      { variant: names.own, of: names.http2, atLeast: 0.7 },
    ],
  },
  {
    title: "gRPC bidirectional ping-pong",
    about: `64 streams at once, each waits for its 64 bytes to come back. ${loader}`,
    load: "ping-pong",
    variants: streamServers,
    goals: [{ variant: names.own, of: grpcJs, atLeast: 1.2 }],
  },
  {
    title: "gRPC messages of 4 MB",
    about: `2 bidirectional streams at once. ${loader}`,
    load: "large",
    variants: streamServers,
    goals: [{ variant: names.own, of: grpcJs, atLeast: 1 }],
  },
];

export const grpcStreams: Part = async function* (bench) {
  for (const suite of streamSuites) yield await compareStreams(suite, bench);
  yield await measureIdle(bench);
};

const idleStreams = 10_000;
const idleGoalKb = 12;

/** What a server's memory grows by for each stream that is open and does nothing. */
async function measureIdle(bench: Bench): Promise<Section> {
  const plan = { rounds: 1, sliceMs: 0, warmUpMs: 0 };
  const { samples, failures } = await measure(streamServers, {
    bench,
    plan,
    start: async (variant) => ({ name: variant.name, slice: () => idleKb(variant, bench) }),
  });
  const rows = [...samples].map(([name, [kb]]) => [name, (kb ?? Number.NaN).toFixed(1)]);
  const own = samples.get(names.own)?.[0];
  const goal = `${names.own} < ${idleGoalKb} kB`;
  const measured = own === undefined ? "not measured" : `${own.toFixed(1)} kB`;
  return {
    title: "Idle gRPC streams",
    about: `${idleStreams.toLocaleString("en-US")} bidirectional streams that have exchanged a message: by how much the server's memory grew, for each.`,
    table: { columns: ["", "kB a stream"], rows },
    goals: [{ goal, measured, held: own === undefined ? undefined : own < idleGoalKb }],
    failures,
  };
}

async function idleKb(variant: Variant, bench: Bench): Promise<number> {
  await using server = await startProgram(variant.program, { bench, core: bench.pins.measured });
  await using client = await startLoad(server, { bench, load: "ping-pong" });
  // What comes up with the first streams is not theirs.
  await client.ask("slice 500");
  const before = await server.usage();
  await client.ask(`idle ${idleStreams}`);
  const after = await server.usage();
  return (after.rssBytes - before.rssBytes) / idleStreams / 1024;
}

function compareStreams(suite: StreamSuite, bench: Bench): Promise<Section> {
  return compare(suite, { bench, start: (variant) => startStreams(variant, { bench, load: suite.load }) });
}

async function startStreams(
  variant: Variant,
  { bench, load }: { bench: Bench; load: string },
): Promise<RunningVariant<Sample>> {
  const server = await startProgram(variant.program, { bench, core: bench.pins.measured });
  const client = await startLoad(server, { bench, load });
  return {
    name: variant.name,
    slice: (ms) => streamSlice({ server, client, ms }),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function startLoad(server: Child, { bench, load }: { bench: Bench; load: string }): Promise<Child> {
  try {
    const program = { node: "clients/stream-load.ts" };
    return await startProgram(program, { bench, core: bench.pins.other, args: [String(server.port), load] });
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

async function streamSlice({ server, client, ms }: { server: Child; client: Child; ms: number }): Promise<Sample> {
  const before = await server.usage();
  const { calls, seconds } = await client.ask<{ calls: number; seconds: number }>(`slice ${ms}`);
  const { cpuMicros, rssBytes } = await server.usage();
  return { calls, seconds, cpuMicros: cpuMicros - before.cpuMicros, rssBytes };
}
