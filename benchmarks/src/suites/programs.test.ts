// Every program that is measured is started once and must give right answers.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Child } from "../harness/child.ts";
import type { Load } from "../harness/load.ts";
import { probe } from "../harness/probe.ts";
import { buildGo, type Program } from "../harness/programs.ts";
import { nameOfProgram, startProgram } from "../harness/start.ts";
import type { Sample } from "../harness/statistics.ts";
import { governanceSuites } from "./governance.ts";
import { unary as grpcClients } from "./grpc-client.ts";
import { unary as grpcServers } from "./grpc-server.ts";
import { streamServers, streamSuites } from "./grpc-streams.ts";
import { get as httpClients } from "./http-client.ts";
import { httpSuites } from "./http-server.ts";

const go = buildGo();
if ("missing" in go) {
  if (process.env.CI) throw new Error(`the tests of the Go benchmarks may not be left out in CI: ${go.missing}`);
  console.warn(`left out: tests of the Go benchmarks; ${go.missing}`);
}

const runsHere = ({ program }: { program: Program }): boolean => "node" in program || "binary" in go;
const start = (program: Program, args?: string[]) =>
  startProgram(program, { bench: { go, signal: new AbortController().signal }, core: undefined, args });

const logs = mkdtempSync(join(tmpdir(), "kratos-bench-logs-"));
afterAll(() => rmSync(logs, { recursive: true }));
const { compared, shares } = governanceSuites(logs);

const asked = [grpcServers, ...httpSuites, ...compared, ...shares].flatMap(({ variants, load }) =>
  variants.filter(runsHere).map((variant) => ({ program: variant.program, load: variant.load ?? load })),
);
const servers = [...Map.groupBy(asked, ({ program }) => nameOfProgram(program))];

it.concurrent.each(servers)("%s answers all that it is asked", async (_, asked) => {
  const { program } = asked[0] as (typeof asked)[number];
  await checkServer(program, asked);
  const log = logOf(program);
  if (log !== undefined) expect(readFileSync(log, "utf8").trim().split("\n").at(-1)).toContain('"code":200');
});

async function checkServer(program: Program, asked: readonly { load: Load }[]): Promise<void> {
  await using server = await start(program);
  for (const { load } of asked) await expect(probe(load, server.port)).resolves.toBeInstanceOf(Buffer);
  const { cpuMicros, rssBytes } = await server.usage();
  expect(cpuMicros).toBeGreaterThan(0);
  expect(rssBytes).toBeGreaterThan(1 << 20);
}

/** The file to which a program logs each call, if it does. */
function logOf(program: Program): string | undefined {
  const words = ("node" in program ? program.args : program.go) ?? [];
  const logs = words[0] === "governed" || words.some((word) => word.split(",").includes("logging"));
  return logs ? words.at(-1) : undefined;
}

const targets: { program: Program; variants: { name: string; program: Program }[] }[] = [
  { program: { node: "servers/raw-grpc.ts" }, variants: grpcClients.variants },
  { program: { go: ["canned", "grpc"] }, variants: grpcClients.variants },
  { program: { node: "servers/raw-http.ts" }, variants: httpClients.variants },
  { program: { go: ["canned", "http"] }, variants: httpClients.variants },
];

describe.each(targets.filter(runsHere).map((target) => ({ ...target, name: nameOfProgram(target.program) })))(
  "calling $name",
  ({ program, variants }) => {
    let server: Child;
    beforeAll(async () => {
      server = await start(program);
    });
    afterAll(() => server[Symbol.asyncDispose]());

    it.concurrent.each(variants.filter(runsHere))("$name gets right answers only", async (variant) => {
      await using client = await start(variant.program, [String(server.port)]);
      const slice = await client.ask<Sample & { bad: number }>("slice 30");
      expect(slice.bad).toBe(0);
      expect(slice.calls).toBeGreaterThan(0);
      expect(slice.seconds).toBeGreaterThan(0.02);
      expect(slice.cpuMicros).toBeGreaterThan(0);
    });
  },
);

describe.each(streamServers)("the streams of $name", ({ program }) => {
  it.each(streamSuites.map(({ load }) => load))("come back right under the load %s", async (load) => {
    await using server = await start(program);
    await using client = await start({ node: "clients/stream-load.ts" }, [String(server.port), load]);
    const { calls } = await client.ask<{ calls: number }>("slice 300");
    expect(calls).toBeGreaterThan(0);
  });
});
