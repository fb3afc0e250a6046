import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../harness/bench.ts";
import type { Child } from "../harness/child.ts";
import { h2load } from "../harness/h2load.ts";
import type { Load } from "../harness/load.ts";
import { probe } from "../harness/probe.ts";
import { startProgram } from "../harness/start.ts";
import type { Sample } from "../harness/statistics.ts";
import type { Section } from "../report/section.ts";
import { compare, type Suite } from "./compare.ts";
import type { RunningVariant } from "./measure.ts";
import type { ServerVariant } from "./variant.ts";

export interface ServerSuite extends Suite<ServerVariant> {
  readonly load: Load;
}

/** Compares servers, each loaded as much as it can answer. */
export function compareServers(suite: ServerSuite, bench: Bench): Promise<Section> {
  return compare(suite, { bench, start: (variant) => startLoaded(variant, { suite, bench }) });
}

/** Starts a server to be loaded as much as it can answer. */
export async function startLoaded(
  variant: ServerVariant,
  { suite, bench }: { suite: ServerSuite; bench: Bench },
): Promise<RunningVariant<Sample>> {
  const server = await startServer(variant, { suite, bench });
  return {
    name: variant.name,
    slice: (ms) => loadSlice(server, { ms, bench }),
    [Symbol.asyncDispose]: () => server.child[Symbol.asyncDispose](),
  };
}

/** A server that has given a right answer, ready to be loaded. */
export interface LoadedServer {
  readonly child: Child;
  readonly load: Load;
  readonly bodyFile: string | undefined;
  readonly replyBytes: number;
}

export async function startServer(
  variant: ServerVariant,
  { suite, bench }: { suite: ServerSuite; bench: Bench },
): Promise<LoadedServer> {
  const load = variant.load ?? suite.load;
  const child = await startProgram(variant.program, { bench, core: bench.pins.measured });
  try {
    const reply = await probe(load, child.port);
    return { child, load, bodyFile: await writeBody(load, bench.scratch), replyBytes: reply.length };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

async function loadSlice(server: LoadedServer, { ms, bench }: { ms: number; bench: Bench }): Promise<Sample> {
  const { child, load, bodyFile, replyBytes } = server;
  const before = await child.usage();
  const result = await h2load({ load, bodyFile, port: child.port, ms, core: bench.pins.other, signal: bench.signal });
  const after = await child.usage();
  const { calls, seconds, unfinished, bad, bodyBytes } = result;
  if (calls === 0) throw new Error(`no call was answered in ${ms} ms`);
  if (bad > 0) throw new Error(`${bad} of ${calls} calls failed`);
  if (bodyBytes < calls * replyBytes)
    throw new Error(`${calls} replies of ${replyBytes} bytes were ${bodyBytes} bytes`);
  // Calls that were cut off when time was up had cost half of their CPU time, on average.
  const share = calls / (calls + unfinished / 2);
  return { calls, seconds, cpuMicros: (after.cpuMicros - before.cpuMicros) * share, rssBytes: after.rssBytes };
}

async function writeBody({ body }: Load, folder: string): Promise<string | undefined> {
  if (body === undefined) return undefined;
  const file = join(folder, randomUUID());
  await writeFile(file, body);
  return file;
}
