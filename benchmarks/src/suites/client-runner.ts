import type { Bench } from "../harness/bench.ts";
import type { Child } from "../harness/child.ts";
import type { Program } from "../harness/programs.ts";
import { startProgram } from "../harness/start.ts";
import type { Sample } from "../harness/statistics.ts";
import type { Section } from "../report/section.ts";
import { compare, type Suite } from "./compare.ts";
import type { RunningVariant } from "./measure.ts";
import type { Variant } from "./variant.ts";

export interface ClientSuite extends Suite<Variant> {
  /** The server that all call: the cheapest there is. */
  readonly server: Program;
}

/** What a client program answers to `slice <ms>`. */
interface ClientSlice extends Sample {
  readonly bad: number;
}

/** Compares clients, each with 64 calls in flight to the same server. */
export async function compareClients(suite: ClientSuite, bench: Bench): Promise<Section> {
  await using server = await startProgram(suite.server, { bench, core: bench.pins.other });
  return await compare(suite, { bench, start: (variant) => startClient(variant, { bench, server }) });
}

async function startClient(
  variant: Variant,
  { bench, server }: { bench: Bench; server: Child },
): Promise<RunningVariant<Sample>> {
  const child = await startProgram(variant.program, { bench, core: bench.pins.measured, args: [String(server.port)] });
  return {
    name: variant.name,
    async slice(ms) {
      const slice = await child.ask<ClientSlice>(`slice ${ms}`);
      if (slice.bad > 0) throw new Error(`${slice.bad} of ${slice.calls} calls failed`);
      return slice;
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
