import { join } from "node:path";
import type { Bench } from "../harness/bench.ts";
import { compile } from "../harness/compiled.ts";
import type { Load } from "../harness/load.ts";
import { probe } from "../harness/probe.ts";
import type { Runner } from "../harness/slices.ts";
import { startProgram } from "../harness/start.ts";
import { spread } from "../harness/statistics.ts";
import { grpcHello, httpHello } from "../loads.ts";
import { formatMegabytes, formatSpread } from "../report/numbers.ts";
import type { GoalResult, Section } from "../report/section.ts";
import { type Measured, measure } from "./measure.ts";
import type { Part } from "./part.ts";
import { fastify, goGrpc, grpcJs, names, rawGrpc, rawHttp, type Variant } from "./variant.ts";

const goalMs = 250;

interface StartedVariant extends Variant {
  readonly load: Load;
}

const variants: readonly StartedVariant[] = [
  { name: names.own, program: { node: "servers/kratos-both.ts" }, load: grpcHello },
  { ...rawGrpc, load: grpcHello },
  { ...rawHttp, load: httpHello },
  { ...grpcJs, load: grpcHello },
  { ...fastify, load: httpHello },
  { ...goGrpc, load: grpcHello },
];

interface StartUp {
  readonly ms: number;
  readonly rssBytes: number;
}

export const startup: Part = async function* (bench) {
  const compiled = await compileVariants(join(bench.scratch, "js"));
  // The warm-up is the first start, which fills the disk cache.
  const plan = { rounds: bench.plan.startUps, sliceMs: 0, warmUpMs: 0 };
  yield sectionOf(await measure(compiled, { bench, plan, start: async (variant) => starter(variant, bench) }));
};

async function compileVariants(folder: string): Promise<StartedVariant[]> {
  const sources = variants.flatMap(({ program }) => ("node" in program ? [program.node] : []));
  const compiled = await compile(sources, folder);
  return variants.map((variant) => {
    const { program } = variant;
    if ("go" in program) return variant;
    return { ...variant, program: { ...program, node: compiled.get(program.node) ?? program.node } };
  });
}

function starter({ name, program, load }: StartedVariant, bench: Bench): Runner<StartUp> {
  return {
    name,
    async slice() {
      const begin = performance.now();
      await using child = await startProgram(program, { bench, core: bench.pins.measured });
      await probe(load, child.port);
      const ms = performance.now() - begin;
      return { ms, rssBytes: (await child.usage()).rssBytes };
    },
  };
}

function sectionOf({ samples, failures }: Measured<StartUp>): Section {
  const rows = [...samples].map(([name, starts]) => [
    name,
    formatSpread(spread(starts.map(({ ms }) => ms)), 0),
    formatMegabytes(spread(starts.map(({ rssBytes }) => rssBytes)).median),
  ]);
  return {
    title: "Start-up",
    about: `From the start of the process to its first good reply: the program compiled to JavaScript and not bundled, the packages as published. ${names.own} serves HTTP and gRPC.`,
    table: { columns: ["", "ms", "RSS MB"], rows },
    goals: [judgeStartUp(samples.get(names.own))],
    failures,
  };
}

function judgeStartUp(starts: readonly StartUp[] | undefined): GoalResult {
  const goal = `${names.own} ≤ ${goalMs} ms`;
  if (starts === undefined) return { goal, measured: "not measured", held: undefined };
  const ms = spread(starts.map((start) => start.ms));
  return { goal, measured: `${formatSpread(ms, 0)} ms`, held: ms.median <= goalMs };
}
